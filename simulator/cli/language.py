"""The language of the command line: --lang, else what the environment says, else Chinese.

The verbs' and options' own words stand beside them in English; here is the Chinese of each (a test holds that none lacks it). What
is said beside them, problems and notices, is in messages.yaml.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence

LANGUAGES = ("zh", "en")


def environment_language(environment: Mapping[str, str] = os.environ) -> str:
    """What LC_ALL, LC_MESSAGES or LANG ask for, the first that is set; Chinese where that is neither Chinese nor English.

    >>> [environment_language({"LANG": lang}) for lang in ("zh_CN.GB18030", "en_US.UTF-8", "C")]
    ['zh', 'en', 'zh']
    """
    said = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "en" if said.lower().startswith("en") else "zh"


def asked_for(argv: Sequence[str]) -> str:
    """The language of a command line: that of its --lang, else the environment's.

    >>> asked_for(["run", "baseline", "--lang", "en"]), asked_for(["terms", "--lang=zh"])
    ('en', 'zh')
    """
    given = [after for word, after in itertools.pairwise(argv) if word == "--lang"]
    given += [word.removeprefix("--lang=") for word in argv if word.startswith("--lang=")]
    return next((lang for lang in given if lang in LANGUAGES), environment_language())


def translated(text: str, lang: str) -> str:
    """A sentence of help in this language.

    >>> translated("which shell", "zh")
    '哪种命令行外壳'
    """
    return CHINESE.get(text, text) if lang == "zh" else text


CHINESE: Mapping[str, str] = {
    # verbs
    "apply the law to a register, to the fen": "按政策逐户核算名册内企业的应享金额，精确到分",
    "overrun, reserve, rationing, commitments, the legal maximum, and execution": "缺口与预留、资金分配、后续年度承诺、政策最大支出与执行情况",
    "list everything wrong with a register": "列出名册中的全部问题",
    "write an empty register to fill in, with drop-downs and notes": "生成空白名册供填报，含下拉选项和填表说明",
    "the statistical tables that a register yields": "由名册汇总统计指标",
    "invent a register and say how well it fits published figures": "生成合成名册，并说明与公布数据的吻合程度",
    "tell how one enterprise is assessed": "说明某户企业逐条核算的依据",
    "verify: hold the seals kept in this folder's reports to the log, too: they tell a log that was emptied, cut short or written anew": "verify：把该文件夹内各报告所记的印记与日志核对，可发现日志被清空、截短或重写",
    "replace files in --out that this program did not write, or that were changed since": "可替换 --out 处不是本程序写的、或写出后改动过的文件",
    "play a scenario: a Monte Carlo budget": "模拟一个情景，得出预算测算结果",
    "play a scenario and write its report: HTML, PDF, Excel, Word": "模拟并生成报告：网页、PDF、Excel、Word",
    "make the reports of several scenarios and languages at once, with an index page": "一次生成多个情景、多种语言的报告，并附目录页",
    "check that runs and reports are as they were made": "核验结果与报告是否与生成时一致",
    "delete what a folder's records list: tables, draws and reports of its runs": "删除文件夹内生成记录所列的各表、逐次结果和报告",
    "codes by HMAC with the key in this file (or env:NAME), no names": "代码改用假名（HMAC，密钥在此文件或 env:NAME 中），不列企业名称",
    "compare scenarios with common random numbers": "在同一随机条件下比较各情景",
    "find the most generous terms that fit a budget": "在给定预算内求最优惠的政策条件",
    "price the known ways round the text": "测算已知规避手法的代价",
    "open the what-if page in the browser: sliders for every setting, the answer beside them": "在浏览器中打开调参页面：调整各项设定，结果即时显示",
    "open the notebooks in JupyterLab, on this machine only and behind a token": "在 JupyterLab 中打开各笔记本，仅限本机，凭令牌访问",
    "open the guide in the browser: every page of it, the reference, and a search; no network is needed": "在浏览器中打开使用指南：各页、参考表，可检索；不需要网络",
    "where the notebooks are copied to if it is not there yet; all that is served (default: notebooks)": "笔记本所在文件夹，没有时复制一份；只提供该文件夹的内容（默认：notebooks）",
    "first port tried (default: 8888); this machine only": "首选端口（默认：8888），仅限本机",
    "for others than this machine: the address listened on; needs the three that follow": "供其他计算机访问时的监听地址；须同时给出以下三项",
    "with --host: TLS certificate": "与 --host 同用：TLS 证书",
    "with --host: the certificate's key": "与 --host 同用：证书私钥",
    "with --host: file with the password, its owner's alone": "与 --host 同用：口令文件，只有其所有者可读",
    "say whose cost it is: each clause alone, last-in and by Shapley's value, and what each reading costs": "支出归因：各条款单独、末位加入及沙普利值，以及各种条文理解的代价",
    "say which assumptions matter: tornado and Sobol indices, with their errors": "哪些假设最要紧：敏感性龙卷风图与 Sobol 指数及其误差",
    "say who stands near the edges of the law, how large the jumps are and what reaching them gains": "哪些企业临近门槛、跨过门槛金额跳升多少、够到门槛得多少",
    "list everything that can be set": "列出全部可调设定",
    "write, check, read back and test a policy file; without arguments: the policies that come with the program": "编写、检查、读回、测试政策文件；不带参数列出随附的政策",
    "print what makes a shell complete verbs and options": "输出命令行自动补全脚本",
    "check or show the log of who made what of which data (SIMULATOR_AUDIT)": "核验或列出操作日志：谁用哪些数据做了什么（SIMULATOR_AUDIT）",
    # options
    "show this help message and exit": "显示本帮助后退出",
    "show the version and exit": "显示版本后退出",
    "language of what is said (default: what LANG says, else zh)": "语言（默认随 LANG，未设为中文）",
    "folder, workbook, .duckdb file or env:NAME": "文件夹、工作簿、.duckdb 文件或 env:NAME",
    "the unit of a column of amounts, 元 or 万元, where the register does not say; several times": "名册未注明时，指定某金额列的单位（元或万元）；可多次使用",
    "law and readings to apply (default: baseline)": "所用的条款与条文理解（默认：baseline）",
    "another policy: its file (.yaml or .xlsx) or the name of a shipped one (see `simulator policy`)": "换一份政策：其文件（.yaml 或 .xlsx）或随附政策的名称（见 simulator policy）",
    "new: a form to fill in; check: everything wrong with a file; show: the policy in words; cases: worked cases at every edge; "
    "test: run the confirmed cases; convert: workbook to YAML or back": "new 生成填写表；check 列出文件的全部问题；show 读回文字；cases 生成各界限的例子；test 运行已核对的例子；"
    "convert 工作簿与 YAML 互转",
    "the policy: FILE.xlsx, FILE.yaml or the name of a shipped one": "政策：FILE.xlsx、FILE.yaml 或随附政策的名称",
    "convert: the file to write": "convert：要写出的文件",
    "new: begin with this policy instead of the example": "new：以这份政策为底本，不用示例",
    "test: the cases (default: NAME.cases.yaml or cases.yaml beside the policy, or .xlsx)": "test：例子文件（默认：政策旁的 NAME.cases.yaml、cases.yaml 或 .xlsx）",
    "show: FILE.docx, FILE.md or FILE.html; cases: FILE.xlsx or FILE.yaml": "show：FILE.docx、FILE.md 或 FILE.html；cases：FILE.xlsx 或 FILE.yaml",
    "change a setting; may be given several times (see `simulator terms`)": "改变一项设定；可多次使用（见 simulator terms）",
    "language of the output (default: what LANG says, else zh)": "输出语言（默认随 LANG，未设为中文）",
    "write FILE.csv (one row per award) or FILE.xlsx (兑现名单)": "写出 FILE.csv（每笔一行）或 FILE.xlsx（兑现名单）",
    "name or path (default: baseline)": "名称或路径（默认：baseline）",
    "a register; without it incumbents are drawn": "名册；不给则随机生成存量企业",
    "number of draws": "模拟次数",
    "random seed": "随机种子",
    "threads (the numbers do not depend on it)": "线程数（不影响结果）",
    "what may be paid in a year, or POOL.YEAR=CNY of it under a pool of clauses; several times": "某年预算安排，或 POOL.YEAR=CNY 指定某组条款的安排；可多次使用",
    "who is paid where it does not suffice: none, first_come, pro_rata, priority or lottery": "资金不足时如何分配：none 不限、first_come 先到先得、pro_rata 按比例、priority 按条款次序、lottery 抽签",
    "keep the run and these tables in DIR; `simulator report DIR` tells it": "结果与各表存入 DIR；再用 simulator report DIR 生成报告",
    "write a copy as FILE.xlsx with the cells marked and noted": "另存一份 FILE.xlsx，标出并批注有问题的单元格",
    "the workbook, FILE.xlsx": "工作簿，FILE.xlsx",
    "the district's total retail sales of consumer goods in a year; several times": "某年本区社会消费品零售总额；可多次使用",
    "law by which blank retained taxes are worked out (default: baseline)": "推算空白税收留成所依据的条款（默认：baseline）",
    "write the tables as FILE.xlsx, a sheet each": "各表写入 FILE.xlsx，每表一页",
    "how many (default: 400)": "户数（默认：400）",
    "random seed (default: the scenario's)": "随机种子（默认：情景所定）",
    "folder of the tables (Parquet where there are many)": "各表所在文件夹（户数多时用 Parquet）",
    "identity of the enterprise, as the register writes it": "企业代码，按名册写法",
    "one year only": "只看某一年",
    "keep draws, years, summary, settings and record in DIR": "逐次结果、分年结果、汇总、设定与记录存入 DIR",
    "name or path (default: baseline); for compare the baseline, then the reforms; or a run's folder": "名称或路径（默认：baseline）；比较报告先基准后方案；也可为已有结果的文件夹",
    "which report (default: budget); check is about --population alone": "哪种报告（默认：budget）；check 只针对 --population 的名册",
    "which one, for --notebook clause: office_rent …": "条款报告（--notebook clause）针对哪一条：office_rent 等",
    "formats (default: html); Excel for the budget report": "格式（默认：html）；预算报告可用 Excel",
    "languages (default: what LANG says, else zh)": "语言（默认随 LANG，未设为中文）",
    "ledger of releases of this register, for --profile external: a report that would give away what an earlier one withheld is "
    "refused": "本名册的对外发布台账（--profile external 用）：会泄露先前版本所隐去内容的报告不予生成",
    "external: nothing that rests on few enterprises, no user, host or path": "external 对外：不含少数企业的数据，不含用户、主机和路径",
    "folder of the run and the report (default: out/SCENARIO; of a run's folder: that folder)": "结果与报告的文件夹（默认：out/情景名；已有结果的文件夹则为该文件夹）",
    "scenarios, languages, notebooks, formats, profile, releases, draws, seed, population, set": "可写 scenarios、languages、notebooks、formats、profile、releases、draws、seed、population、set",
    "processes side by side (default: the cores)": "并行进程数（默认：处理器核数）",
    "folder of all of them (default: out/batch)": "全部报告的文件夹（默认：out/batch）",
    "folder of runs and reports": "结果与报告的文件夹",
    "play each run again and compare to the byte": "重新模拟并逐字节比对",
    "the register of runs that had one, for --rerun": "重新模拟所用的名册（--rerun）",
    "the baseline, then the reforms": "先基准情景，后各方案",
    "one scenario: what each further year of policy.end costs, up to YEAR": "单个情景：政策每延长一年的代价，至 YEAR 年",
    "write FILE.xlsx (changes, clause by year, quantiles), or FILE.csv files": "写出 FILE.xlsx（变动、分条款分年、分位数）或多个 FILE.csv",
    "for all cash of all years (default: the scenario's appropriations together)": "各年现金合计的预算（默认：情景各年预算安排之和）",
    "chance to stay within it (default: 0.95)": "不超预算的概率（默认：0.95）",
    "numbers of the law that may move, separated by commas: law.tax_rebate.high_rate=0.3:0.7:0.05": "可变动的条款数值，用逗号分隔：law.tax_rebate.high_rate=0.3:0.7:0.05",
    "mean cash awarded, or mean online sales induced (default: support)": "support：平均奖补最多；growth：带动的网络零售额最多（默认：support）",
    "write terms and frontier as FILE.xlsx, or the frontier as FILE.csv": "条件与前沿写入 FILE.xlsx，或前沿写入 FILE.csv",
    "keep the scenario's run with this design in DIR, for simulator report DIR": "情景结果连同本方案存入 DIR，供 simulator report DIR 使用",
    "write prices and what the text stops as FILE.xlsx, or FILE.csv": "各手法的代价及条文已堵住的部分写入 FILE.xlsx 或 FILE.csv",
    "first port tried (default: 8866); this machine only": "首选端口（默认：8866），仅限本机访问",
    "language of the page (default: what LANG says, else zh)": "页面语言（默认随 LANG，未设为中文）",
    "draws of the picture that follows the hand (default: 200)": "随调即显的模拟次数（默认：200）",
    "folder of what is kept (default: out/what_if)": "保存内容的文件夹（默认：out/what_if）",
    "only print the page's address": "只显示页面地址，不打开浏览器",
    "draws on which sets of clauses are played (default: 30)": "用于条款组合的模拟次数（默认：30）",
    "orders of the clauses sampled, half of them the reverse of the other half (default: 8)": "抽取的条款次序数，一半为另一半的逆序（默认：8）",
    "write clauses, interaction and readings as FILE.xlsx, or FILE.csv files": "条款、相互影响与条文理解写入 FILE.xlsx 或多个 FILE.csv",
    "draws on which the assumptions that move most are played at their ends (default: 64)": "对影响最大的假设取两端值时的模拟次数（默认：64）",
    "draws of the Sobol indices, cut to a power of two (default: 256)": "Sobol 指数的样本数，取 2 的幂（默认：256）",
    "write tornado and indices of every result as FILE.xlsx, or FILE.csv files": "各结果的龙卷风图数据与指数写入 FILE.xlsx 或多个 FILE.csv",
    "a register with years of the policy; otherwise the populations of some draws are asked": "含政策年度的名册；不给则用若干次模拟中的企业",
    "band to either side of an edge (default: 0.1)": "门槛两侧的范围（默认：0.1）",
    "draws whose populations are asked (default: 30)": "取用多少次模拟中的企业（默认：30）",
    "write edges by year and their map as FILE.xlsx, or FILE.csv files": "分年门槛及其分布写入 FILE.xlsx 或多个 FILE.csv",
    "only these: a path, as law.tax_rebate, an article, or words of a name": "只列这些：路径，如 law.tax_rebate；条款号，如 四（三）；或名称中的字，如 租金",
    "whose values to show (default: baseline)": "显示哪个情景的取值（默认：baseline）",
    "verify: name the first line that is not as it was written; show: list the lines, and the seal to keep elsewhere": "verify：指出第一处与写入时不符的行；show：列出各行及应另行保存的封印",
    "the log (default: what SIMULATOR_AUDIT names)": "日志文件（默认：SIMULATOR_AUDIT 所指）",
    "show: only the last N lines (default: 40)": "show：只列最后 N 行（默认：40）",
    "add draws until the 95%% interval of a figure is as narrow": "增加模拟次数，直到某项结果的 95%% 区间达到要求",
    "the figure: total (default), net_impact, a year, a clause; p95 or p95.2014, p95.office_rent for a quantile; overrun": "哪项结果：total 合计（默认）、net_impact 净支出、某年、某条款；分位数写 p95、p95.2014、p95.office_rent；overrun 缺口概率",
    "the reserve for this chance of an overrun, too (besides 20%%, 10%%, 5%% and 1%%)": "另列出现缺口的可能性不超过此比例的预留金额（20%%、10%%、5%%、1%% 之外）",
    "with --precision: most draws (default: 50,000)": "与 --precision 合用：模拟次数上限（默认：50,000）",
    "go on with the unfinished run in --out: the same numbers": "接着完成 --out 中未完成的模拟，结果不变",
    "play on the workers of a Dask scheduler, tls://HOST:PORT; they read the register themselves, under the path given here": "在 Dask 调度器（tls://主机:端口）的计算节点上模拟；各节点按此处给出的路径自行读取名册",
    "play in N processes of this machine": "用本机 N 个进程模拟",
    "throw the unfinished run in --out away": "丢弃 --out 中未完成的模拟",
    "means with arrivals and market at their expectation, too: the same means with a smaller error": "另按新落户与市场的期望值计算均值：均值不变，误差更小",
    "which shell": "哪种命令行外壳",
}
