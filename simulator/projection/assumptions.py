"""Every assumption of the projection, declared once: its unit, the range it may have, and what it means.

The values, sources and confidence stand in `scenarios/baseline.yaml` (source: keys of data/statistics, or J for
judgement). An assumption that is a distribution is drawn once per draw (the outer layer); the machine record `PARAMETERS`
has one float64 field per assumption, its path with underscores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from simulator.law.measures import MEASURES, TAKE_UP, Measure
from simulator.law.policy import Policy
from simulator.projection.sobol import chances_by_draw
from simulator.projection.uncertain import Uncertain, fixed
from simulator.streams import PARAMETER, key_of, uniforms_by_draw

# Assumptions that may differ from year to year (`path@2014`: from that year on); of the others the model asks once.
DATABLE = (
    "market.growth",
    "market.local_wedge",
    "market.entry_part",
    "take_up.",
    "discretion.",
    "prices.growth",
    "startups.",
    "regional.",
    "national.",
    "anchors.",
    "split_offs.a_year",
    "traditional.",
    "joiners.",
    "buildings.",
    "service_share",
    "o2o_share",
    "capital.",
    "office.designated_share",
    "office.area",
    "office.rent",
    "office.lease",
    "line.",
    "certification.",
    "children.rate",
    "exit.",
    "breach.rate",
    "breach.accounts_rate",
    "tax.",
    "bunching.",
)


@dataclass(frozen=True)
class Assumption:
    """path under `assumptions.`; unit; allowed range; meaning in Chinese and English."""

    path: str
    unit: str
    low: float
    high: float
    zh: str
    en: str
    default: Uncertain | None = None  # where a scenario says nothing; None: it has to

    @property
    def field(self) -> str:
        return self.path.replace(".", "_")

    @property
    def datable(self) -> bool:
        return self.path.startswith(DATABLE) and self.path not in ("take_up.together", "take_up.size_elasticity")


USUAL_TAKE_UP = Uncertain(0.3, 0.6, 0.9, "pert")  # of a clause nobody has judged yet (takeup_cash_grant)
USUAL_SUM = 50_000.0


def _a(path: str, unit: str, low: float, high: float, zh: str, en: str) -> Assumption:
    return Assumption(path, unit, low, high, zh, en)


GENERAL: tuple[Assumption, ...] = (  # what every policy's projection rests on
    _a("market.growth", "log", -1, 2, "网络零售市场首年增长（对数）", "market growth in the first year (log)"),
    _a("market.first_year_extra", "log", -1, 1, "首年额外增长（对数）", "extra growth of the first year (log)"),
    _a("market.yearly_change", "log", -1, 1, "增长率逐年变化（对数）", "change of growth per further year (log)"),
    _a("market.persistence", "share", 0, 0.99, "市场偏离的持续性", "persistence of a deviation from the path"),
    _a("market.sd", "log", 0, 1, "市场年度波动（对数标准差）", "yearly market shock (log sd)"),
    _a("market.local_wedge", "log", -1, 1, "本区相对全国增长差（对数）", "local growth above the nation's (log)"),
    _a("market.entry_part", "log", 0, 1, "市场增长中来自新企业的部分（对数）", "part of market growth that is entry (log)"),
    _a("market.own_shock", "log", 0.001, 0.95, "企业自身增长波动（拉普拉斯尺度）", "own growth shock (Laplace scale)"),
    _a("trscg.level_2015", "CNY", 1e8, 1e13, "2015年社会消费品零售总额", "total retail sales of consumer goods 2015"),
    _a("trscg.growth", "share", -0.5, 1, "社会消费品零售总额年增长率", "yearly growth of total retail sales"),
    _a("services.ratio", "share", 0, 5, "配套服务业与网络零售额之比", "supporting services per unit of online sales"),
    _a("incumbents.number", "count", 0, 20_000, "存量电商法人企业数", "e-commerce legal persons in the base year"),
    _a("incumbents.online_sales", "CNY", 0, 1e13, "存量企业网络零售额", "their online sales in the base year"),
    _a("incumbents.log_sd", "log", 0, 4, "销售额离散度（对数标准差）", "spread of sales (log sd)"),
    _a("service_share", "share", 0, 1, "服务型企业占比", "share of service-type enterprises"),
    _a("startups.a_year", "count", 0, 5_000, "每年新落户网络零售企业数", "online retailers newly settling a year"),
    _a("startups.sales_median", "CNY", 0, 1e12, "新企业首年销售额中位数", "median first-year sales of a newcomer"),
    _a("startups.sales_log_sd", "log", 0, 4, "新企业首年销售额离散度", "log sd of first-year sales"),
    _a("regional.a_year", "count", 0, 100, "每年新落户区域总部数", "regional headquarters newly settling a year"),
    _a("regional.sales_median", "CNY", 0, 1e13, "区域总部首年销售额中位数", "median first-year sales, regional"),
    _a("national.a_year", "count", 0, 100, "每年新落户全国总部数", "national headquarters newly settling a year"),
    _a("national.sales_median", "CNY", 0, 1e13, "全国总部首年销售额中位数", "median first-year sales, national"),
    _a("anchors.sales_log_sd", "log", 0, 4, "总部销售额离散度", "log sd of headquarters' sales"),
    _a("regional.capital_median", "CNY", 1, 1e12, "区域总部实缴资本中位数", "median paid-in capital, regional"),
    _a("national.capital_median", "CNY", 1, 1e12, "全国总部实缴资本中位数", "median paid-in capital, national"),
    _a("anchors.capital_log_sd", "log", 0, 4, "总部实缴资本离散度", "log sd of headquarters' paid-in capital"),
    _a("anchors.other_sector", "share", 0, 1, "总部中非电子商务企业的比例", "headquarters that are not of e-commerce"),
    _a(
        "anchors.not_retail",
        "share",
        0,
        1,
        "总部中不从事网络零售的电子商务企业比例",
        "headquarters of e-commerce that do not retail online",
    ),
    _a("startups.founded_locally", "share", 0, 1, "新企业中本区人员新设的比例", "newcomers founded by people of the district"),
    _a("o2o_share", "share", 0, 1, "线上线下结合企业占比", "share that sells online and offline combined"),
    _a("capital.registered_median", "CNY", 1, 1e12, "注册资本中位数", "median registered capital"),
    _a("capital.registered_mean", "CNY", 1, 1e12, "注册资本均值", "mean registered capital"),
    _a("capital.registered_cut", "CNY", 1, 1e12, "注册资本上限", "largest registered capital"),
    _a("capital.paid_in_before_2014_03", "share", 0, 1, "2014年3月前实缴比例", "paid-in ratio before March 2014"),
    _a("capital.paid_in_after", "share", 0, 1, "2014年3月起实缴比例", "paid-in ratio from March 2014"),
    _a("office.designated_share", "share", 0, 1, "入驻指定楼宇比例", "share that rents in designated buildings"),
    _a("office.stock", "m2", 0, 1e8, "指定楼宇可供新落户企业租用的面积", "office space in designated buildings free for newcomers"),
    _a("office.area_median", "m2", 0, 1e6, "租用面积中位数", "median office area"),
    _a("office.area_log_sd", "log", 0, 4, "租用面积离散度", "log sd of office area"),
    _a("office.rent", "CNY/m2/month", 0, 10_000, "月租金（基年价格）", "monthly rent, at prices of the base year"),
    _a("office.lease_later_share", "share", 0, 1, "落户数月后才起租的比例", "share whose lease starts months after settling"),
    _a("office.lease_lag", "months", 1, 24, "最长起租间隔（月）", "longest time from settling to such a lease"),
    _a("prices.growth", "share", -0.1, 0.5, "租金与各项费用年涨幅", "yearly growth of rents and fees"),
    _a("tax.vat_burden_goods", "share", 0, 0.2, "商品零售增值税税负", "VAT over sales, goods"),
    _a("tax.burden_services", "share", 0, 0.2, "服务业流转税税负", "turnover tax over sales, services"),
    _a("tax.profitable_share", "share", 0, 0.99, "盈利企业占比", "share of enterprises with taxable profit"),
    _a("tax.profit_persistence", "share", 0, 1, "盈利延续概率", "probability that profit lasts"),
    _a("tax.margin", "share", 0, 1, "盈利企业利润率", "margin of a profitable enterprise"),
    _a("tax.income_tax_rate", "share", 0, 1, "企业所得税一般税率", "corporate income tax rate without relief"),
    _a("tax.small_share", "share", 0, 1, "利润中小型微利企业部分（减半按20%）", "part of profit that is of small low-profit enterprises"),
    _a("tax.western_share", "share", 0, 1, "利润中享受西部大开发15%税率的部分", "part of profit taxed at the rate of western development"),
    _a("tax.district_share", "share", 0, 1, "区级占地方分成的比例", "district share of the local part"),
    _a("take_up.together", "share", 0, 1, "各项申报的相关性", "how far applying for one goes with applying for all"),
    _a("take_up.size_elasticity", "ratio", 0, 3, "申报率对金额的弹性", "elasticity of take-up odds to the sum at stake"),
    _a("certification.rate", "share", 0, 1, "网络零售企业每年获市级认定的比例", "share of online retailers certified a year"),
    _a("certification.rate_others", "share", 0, 1, "其他企业每年获市级认定的比例", "share of others certified a year"),
    _a("line.prevalence", "share", 0, 1, "租用数据专线比例", "share that leases a data line"),
    _a("line.fee_median", "CNY", 0, 1e9, "专线年租费中位数", "median yearly line lease"),
    _a("line.fee_log_sd", "log", 0, 4, "专线租费离散度", "log sd of the line lease"),
    _a("platforms.number", "count", 0, 100, "本区第三方平台数", "local third-party platforms"),
    _a("platforms.members_median", "count", 0, 1e8, "平台收费会员中位数", "median paid members of a platform"),
    _a("platforms.members_log_sd", "log", 0, 4, "平台会员离散度", "log sd of paid members"),
    _a("platforms.fee", "CNY", 0, 1e6, "平台会费（每户每年）", "membership fee per member and year"),
    _a("joiners.a_year", "count", 0, 20_000, "每年缴费加入指定平台的企业数", "enterprises joining a designated platform a year"),
    _a("joiners.fee", "CNY", 0, 1e7, "平台入网费", "platform entry fee"),
    _a("split_offs.a_year", "count", 0, 500, "每年分离设立网络零售法人数", "split-offs a year"),
    _a("split_offs.earlier", "count", 0, 500, "政策前两年内已分离设立的网络零售法人", "split-offs of the two years before the policy"),
    _a("traditional.a_year", "count", 0, 500, "每年触网的其他传统企业数", "other traditional enterprises going online a year"),
    _a("traditional.sales_median", "CNY", 0, 1e12, "传统企业触网首年销售额中位数", "median first-year online sales of these"),
    _a("buildings.a_year", "count", 0, 100, "每年获认定示范楼宇数", "model buildings recognised a year"),
    _a("buildings.area", "m2", 0, 1e6, "示范楼宇面积", "office area of a model building"),
    _a("buildings.occupancy", "share", 0, 1, "示范楼宇电商入驻率", "e-commerce occupancy of a model building"),
    _a("children.rate", "share", 0, 10, "每户每年申请就学人数", "children asking for a place, per enterprise and year"),
    _a("per_pupil_cost", "CNY", 0, 1e6, "生均教育经费", "public spending per pupil and year"),
    _a("exit.year1", "share", 0, 1, "第一年退出率", "exit rate in the first year"),
    _a("exit.year2", "share", 0, 1, "第二年退出率", "exit rate in the second year"),
    _a("exit.year3", "share", 0, 1, "第三年退出率", "exit rate in the third year"),
    _a("exit.later", "share", 0, 1, "第四年起退出率", "exit rate from the fourth year"),
    _a("exit.incumbents", "share", 0, 1, "存量企业退出率", "exit rate of incumbents"),
    _a("exit.dormancy", "ratio", 0, 10, "停业修正倍数", "dormant enterprises: multiple of the exit rate"),
    _a("exit.after_support", "share", 0, 1, "租金补助到期后额外外迁率", "extra leaving when rent support runs out"),
    _a("breach.rate", "share", 0, 1, "每年发生违规情形的比例", "share with a breach of conduct a year"),
    _a("breach.accounts_rate", "share", 0, 1, "每年财务失范的比例", "share whose accounts cease to be sound a year"),
    _a("breach.recovered", "share", 0, 1, "追回到位率", "share of a clawback that comes back"),
    _a("existing.share", "share", 0, 1, "已享受2010年政策同类支持的企业比例", "enterprises that hold support of the policy of 2010"),
    _a("existing.rate", "ratio", 0, 10, "该支持与各条款典型金额之比", "that support over a clause's typical sum"),
    _a("existing.of_district", "share", 0, 1, "该支持由区级承担的比例", "part of it that the district pays"),
    _a("butfor.offered", "share", 0, 1, "获政策承诺的新落户占比", "share of arrivals that are offered support"),
    _a("butfor.startups", "share", 0, 1, "因政策而来的比例：新企业", "but-for share: newcomers"),
    _a("butfor.anchors", "share", 0, 1, "因政策而来的比例：总部", "but-for share: headquarters"),
    _a("crowding_out", "share", 0, 1, "对区内其他企业的挤出", "share of induced tax crowded out elsewhere"),
    _a("butfor.elasticity", "ratio", 0, 10, "新落户对政策力度的弹性", "elasticity of but-for arrivals to generosity"),
    _a("butfor.cap", "ratio", 1, 100, "政策力度倍数上限", "largest multiple of today's generosity that counts"),
    _a("administration.share", "share", 0, 1, "行政成本占兑现额比例", "administration per unit of payouts"),
    _a("purses.zone_and_towns", "share", 0, 1, "区级留成中归园区和镇街的比例", "part of the district's share that goes to Zone and towns"),
    _a("discount.social", "share", 0, 1, "社会折现率（实际）", "social discount rate (real)"),
    _a("discount.treasury", "share", 0, 1, "财政资金成本（名义）", "treasury discount rate (nominal)"),
    _a("discount.inflation", "share", -0.1, 1, "通货膨胀率", "inflation"),
    _a("reregistration.share", "share", 0, 1, "存量企业重新注册为新落户的比例", "incumbents a year that return as newly settled"),
    _a("bunching.contribution", "share", 0, 1, "贡献额向门槛靠拢的范围", "how far below an edge contributions are brought up to it"),
    _a(
        "bunching.capital",
        "share",
        0,
        1,
        "略低于门槛的新企业中提高注册资本以达门槛的比例",
        "of newcomers somewhat below an edge, the share that raises registered capital to it",
    ),
    _a("bunching.capital_reach", "share", 0, 1, "“略低于门槛”的范围（占门槛的比例）", "how far below an edge of capital is somewhat below"),
    *(_a(f"levers.{m.name}.effect", m.unit, m.low, m.high, f"{m.zh}：{m.acts_zh}", f"{m.en}: {m.acts_en}") for m in MEASURES),
    *(_a(f"levers.{m.name}.cost", "CNY", 0, 1e12, f"{m.zh}：年成本", f"{m.en}: cost a year") for m in MEASURES),
    _a("targets.of_scale", "CNY", 0, 1e12, "规模网商的网络零售额标准", "online sales that make a merchant of scale"),
    _a("targets.leading", "CNY", 0, 1e13, "行业领先企业的网络零售额标准", "online sales that make a leading retailer"),
    _a("targets.traditional", "CNY", 0, 1e12, "传统企业触网的网络零售额标准", "online sales that count as gone online"),
    _a("targets.goods_share", "share", 0, 1, "网络零售额中实物商品占比", "physical goods in online sales"),
    _a("cash.same_year", "share", 0, 1, "当年兑现比例", "share of an award paid in its own year"),
)
# What an assumption can change of a draw: nothing of it (it counts afterwards), how many newcomers come, newcomers alone, or anything
NOTHING, ARRIVALS_ONLY, NEWCOMERS_ONLY, EVERYTHING = 0, 1, 2, 3
_AFTERWARDS = (
    "trscg_",
    "services_ratio",
    "per_pupil_cost",
    "crowding_out",
    "administration_",
    "purses_",
    "discount_",
    "levers_",
    "targets_goods_share",
    "cash_same_year",
    "breach_recovered",
)
_OF_ARRIVALS = (
    "startups_a_year",
    "regional_a_year",
    "national_a_year",
    "split_offs_a_year",
    "traditional_a_year",
    "joiners_a_year",
    "buildings_a_year",
    "butfor_elasticity",
    "butfor_cap",
)
_OF_NEWCOMERS = (
    "startups_",
    "regional_",
    "national_",
    "anchors_",
    "traditional_",
    "joiners_",
    "buildings_",
    "office_stock",
    "bunching_capital",
)
_OF_ANY_INVENTED = (
    "incumbents_",
    "platforms_",
    "split_offs_earlier",
    "service_share",
    "o2o_share",
    "capital_",
    "office_",
    "line_",
    "existing_",
)  # of drawn incumbents, too; a register says these of its own enterprises


def touches(field: str, *, drawn: bool) -> int:
    """What of a draw a general assumption's field can change. drawn: whether the enterprises of the base year are drawn."""
    if field.startswith(_AFTERWARDS):
        return NOTHING
    if field in _OF_ARRIVALS:
        return ARRIVALS_ONLY
    return NEWCOMERS_ONLY if field.startswith(_OF_NEWCOMERS if drawn else _OF_NEWCOMERS + _OF_ANY_INVENTED) else EVERYTHING


PARAMETERS = np.dtype([(a.field, np.float64) for a in GENERAL])  # what the engine reads


@dataclass(frozen=True)
class Declared:
    """Every assumption of the projection under one policy: the general ones, and those about its clauses and own facts.

    take_up, typical: fields by clause (the sum of one in kind is ""); discretion: field by clause whose sums are "at most"."""

    all: tuple[Assumption, ...]
    take_up: tuple[str, ...]
    typical: tuple[str, ...]
    discretion: Mapping[str, str]

    @cached_property
    def by_path(self) -> dict[str, Assumption]:
        return {a.path: a for a in self.all}

    @cached_property
    def parameters(self) -> np.dtype:
        """One draw's values: one float64 field for each assumption."""
        return np.dtype([(a.field, np.float64) for a in self.all])

    @cached_property
    def as_the_law_says(self) -> dict[str, float]:
        """`behaviour: as_the_law_says`: everyone applies and is paid at once, nobody comes, leaves or breaks a rule."""
        return (
            {path: 1.0 for path in self.by_path if path.startswith("take_up.") and self.by_path[path].field in self.take_up}
            | {f"levers.{m.name}.effect": m.neutral for m in MEASURES}
            | {a.path: 1.0 for a in self.all if a.path.startswith("discretion.")}
            | {a.path: 0.0 for a in self.all if a.path.endswith(".a_year") or a.path.startswith("exit.")}
            | {
                "platforms.number": 0.0,
                "certification.rate": 0.0,
                "breach.rate": 0.0,
                "cash.same_year": 1.0,
                "certification.rate_others": 0.0,
                "breach.accounts_rate": 0.0,
                "existing.share": 0.0,
                "reregistration.share": 0.0,
                "bunching.contribution": 0.0,
                "bunching.capital": 0.0,
            }
        )


def _as_called(general: Assumption, policy: Policy) -> Assumption:
    """A lever under the article and the name that the policy gives it; anything else as it is."""
    called = policy.measures.get(general.path.split(".")[1]) if general.path.startswith("levers.") else None
    if called is None:
        return general
    zh, en = general.zh.partition("：")[2], general.en.partition(": ")[2]
    return replace(general, zh=f"{called.article}{called.zh}：{zh}", en=f"{called.article} {called.en}: {en}")


@lru_cache(maxsize=64)
def declared(policy: Policy) -> Declared:
    """The assumptions of the projection under a policy."""
    found = [_as_called(a, policy) for a in GENERAL]
    for c in policy.clauses:
        found.append(
            replace(_a(f"take_up.{c.slug}", "share", 0, 1, f"申报率：{c.short_zh}", f"take-up: {c.short_en}"), default=USUAL_TAKE_UP)
        )
        if c.cash:
            found.append(
                replace(
                    _a(
                        f"typical_sum.{c.slug}",
                        "CNY",
                        1,
                        1e9,
                        f"申报率所对应的金额：{c.short_zh}",
                        f"sum the take-up belongs to: {c.short_en}",
                    ),
                    default=fixed(USUAL_SUM),
                )
            )
    discretion = {}
    for c in policy.clauses:
        if any(path in policy.discretion for path in c.numbers):
            found.append(
                replace(
                    _a(f"discretion.{c.slug}", "share", 0, 1, f"核定占上限比例：{c.short_zh}", f"share of the cap decided: {c.short_en}"),
                    default=fixed(1.0),
                )
            )
            discretion[c.slug] = f"discretion_{c.slug}"
    for f in policy.facts:
        if f.share:
            found.append(
                replace(
                    _a(f"facts.{f.name}.share", "share", 0, 1, f"有此项的比例：{f.zh}", f"share that has it: {f.en}"),
                    default=fixed(f.share),
                )
            )
        if f.median:
            found.append(
                replace(_a(f"facts.{f.name}.median", f.unit.name, 0, 1e13, f"中位数：{f.zh}", f"median: {f.en}"), default=fixed(f.median))
            )
    order = [a.path for a in GENERAL]  # the order of a file does not relevant: chances go by name
    found.sort(key=lambda a: (a.path not in order, order.index(a.path) if a.path in order else 0))
    return Declared(
        tuple(found),
        tuple(f"take_up_{c.slug}" for c in policy.clauses),
        tuple(f"typical_sum_{c.slug}" if c.cash else "" for c in policy.clauses),
        discretion,
    )


def general(records: np.ndarray) -> np.ndarray:
    """Of parameters, those the engine reads, as PARAMETERS records."""
    if records.dtype == PARAMETERS:
        return records
    found = np.empty(records.shape, PARAMETERS)
    for name in PARAMETERS.names or ():
        found[name] = records[name]
    return found


KEPT = 2**12  # draws whose chances are kept


def draw_parameters(
    known: Declared,
    values: Mapping[str, Uncertain],
    seed: int,
    first: int,
    count: int,
    *,
    at_mean: bool = False,
    at_mode: bool = False,
    correlations: Mapping[tuple[str, str], float] | None = None,
    sobol: bool = False,
) -> np.ndarray:
    """The outer layer: each assumption's value in draws first … first + count − 1, as `known.parameters` records (count,).

    at_mean, at_mode: every assumption there in every draw (`uncertainty: none`: at its mode). correlations: rank correlation (Spearman) of
    named pairs, by a Gaussian copula; each assumption's own distribution stays what it is. sobol: from sixteen scrambled Sobol
    sequences instead of independent numbers (see `projection.sobol`).
    """
    records = np.zeros(count, known.parameters)
    uncertain = [a.path for a in known.all if values[a.path].shape != "fixed"] if not (at_mean or at_mode) else []
    if sobol and uncertain and count:
        chances = chances_by_draw(np.uint64(seed), first, count, list(known.by_path), uncertain)
    else:
        drawn = _chances if count <= KEPT else _chances.__wrapped__
        chances = {p: drawn(p, seed, first, count) for p in uncertain}
    chances |= correlated({p: chances[p] for pair in correlations or {} for p in pair if p in chances}, correlations or {})
    for assumption in known.all:
        value = values[assumption.path]
        p = chances.get(assumption.path)
        certain = value.most_likely if at_mode else value.mean
        records[assumption.field] = certain if p is None else value.inverse(p)
    return records


@lru_cache(maxsize=512)
def _chances(assumption: str, seed: int, first: int, count: int) -> np.ndarray:
    """An assumption's chance in draws first … first + count − 1; of a few draws they are kept, since what asks many things of one run
    asks the same ones each time."""
    found: np.ndarray = uniforms_by_draw(np.uint64(seed), first, count, PARAMETER, key_of(assumption))
    found.flags.writeable = False
    return found


def by_year(
    known: Declared,
    records: np.ndarray,
    values: Mapping[str, Uncertain],
    seed: int,
    numbers: np.ndarray,
    years: list[int],
    *,
    at_mode: bool = False,
) -> np.ndarray:
    """The parameters of each year, records (count, years), of draws with their levers pulled.

    What is dated (`path@2014` among the values) holds from that year on: its own distribution at the draw's chance for the
    assumption, so that a draw that is high stays high; levers act on it as on the other. numbers (count,): the draws'.
    """
    found = np.repeat(records[:, None], len(years), axis=1)
    dated = sorted((path.partition("@") for path in values if "@" in path), key=lambda parts: (parts[0], parts[2]))
    for path, _, year in dated:
        value = values[f"{path}@{year}"]
        if at_mode or value.shape == "fixed":
            drawn = np.full(len(records), value.most_likely)
        else:
            drawn = value.inverse(np.array([uniforms_by_draw(np.uint64(seed), int(n), 1, PARAMETER, key_of(path))[0] for n in numbers]))
        for measure in MEASURES:
            if known.by_path[path].field in acted_on(measure, records):
                effect = records[f"levers_{measure.name}_effect"]
                drawn = drawn + effect if measure.adds else drawn * effect
        if known.by_path[path].unit == "share":
            drawn = np.minimum(drawn, known.by_path[path].high)
        found[known.by_path[path].field][:, np.asarray(years) >= int(year)] = drawn[:, None]
    return found


def _take_up(records: np.ndarray) -> list[str]:
    return [n for n in records.dtype.names or () if n.startswith("take_up_") and n not in ("take_up_together", "take_up_size_elasticity")]


def acted_on(measure: Measure, records: np.ndarray) -> list[str]:
    """The parameters a measure acts on."""
    return [name for given in measure.acts_on for name in (_take_up(records) if given == TAKE_UP else [given])]


def pull_levers(records: np.ndarray) -> np.ndarray:
    """The parameters with the measures of 三 at work: effects multiply, or add where the measure says so. A copy."""
    moved = records.copy()
    for measure in MEASURES:
        effect = records[f"levers_{measure.name}_effect"]
        for name in acted_on(measure, records):
            moved[name] = records[name] + effect if measure.adds else records[name] * effect
    for name in ("o2o_share", "service_share", *_take_up(records)):
        moved[name] = np.minimum(moved[name], 1.0)
    return moved


def correlated(chances: Mapping[str, np.ndarray], correlations: Mapping[tuple[str, str], float]) -> dict[str, np.ndarray]:
    """The same chances with the rank correlations of the named pairs (a Gaussian copula)."""
    names = list(chances)
    if len(names) < 2:
        return dict(chances)
    from scipy.special import ndtr, ndtri

    mixed = np.linalg.cholesky(copula_matrix(names, correlations)) @ ndtri(np.stack([chances[n] for n in names]))
    return dict(zip(names, ndtr(mixed), strict=True))


def copula_matrix(names: list[str], correlations: Mapping[tuple[str, str], float]) -> np.ndarray:
    """Correlation matrix of the normals behind the copula: 2 sin(π ρ / 6) for a rank correlation ρ."""
    matrix = np.eye(len(names))
    for (a, b), rank in correlations.items():
        if a in names and b in names:
            i, j = names.index(a), names.index(b)
            matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
    return matrix
