"""A policy as machine code: the nodes of its formulas in LLVM's own language, compiled in well under a second.

The engine is compiled once for a version of the program and calls what stands here by address, so another policy, or a changed
clause, compiles nothing else. Whole numbers are 64 bits wide where the ranges of `nodes` show that this is enough and 128 bits
elsewhere; no division can be by nothing and nothing can wrap. `plain` evaluates the same nodes in Python; tests hold both equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from simulator import facts
from simulator.law.language import nodes
from simulator.law.language.nodes import Node
from simulator.law.policy import HISTORY_FIELDS, Clause, Policy

I1, I64, I128 = ir.IntType(1), ir.IntType(64), ir.IntType(128)
NARROW = 2**62  # what stays below needs 64 bits only, with room for one more bit
ROW_WORDS, HISTORY_WORDS = len(facts.ANNUAL_FIELDS), len(HISTORY_FIELDS)
MARK, TOTAL = HISTORY_FIELDS.index("mark"), HISTORY_FIELDS.index("total")
# what every function of a policy is handed: addresses of the enterprise's facts, its own facts, its rows and own rows (position 0
# first), how many rows, the year's position, the year, the head of the law (start, end, withdrawn), numbers, readings, history
COMMON = ("enterprise", "own", "rows", "own_rows", "count", "at", "year", "head", "numbers", "readings", "history")
SETTLES, CERTIFIES = 1, 2  # what may still befall an enterprise
SETTLED, CERTIFIED = ("settled_on", "lease_started_on", "founded_locally"), ("certified_on",)


PRESENT = "present"


@dataclass(frozen=True)
class Columns:
    """What the projection does with facts. together, places, possible: how it lays a year of enterprises side by side: words of a
    column, and which column each fact is; possible: the one of clauses; lasting: facts that stay what they are; priced: those that stay 0
    or above 0; growing: those that stay 0, or may come to anything."""

    together: int
    places: Mapping[str, int]
    possible: int
    lasting: frozenset[str]
    priced: frozenset[str]
    growing: frozenset[str]

    def rules_out(self, part: Node) -> bool:
        """Whether a condition that fails today, by facts that last, fails in every year."""
        read = reads(part)
        above_nothing = part.op == "lt" and part.args[0].op == "const" and part.args[0].at[0] == 0 and part.args[1].op in nodes.LEAVES
        return read <= self.lasting | self.growing or (read <= self.priced and above_nothing)


class _Code:
    """One function being written. `leaf` gives the value of a leaf; nodes are computed once and reused below."""

    def __init__(self, module: ir.Module, policy: Policy, name: str, arguments: Iterable[str]):
        names, self.policy = tuple(arguments), policy
        self.function = ir.Function(module, ir.FunctionType(I64, [I64] * len(names)), name)
        self.given = dict(zip(names, self.function.args, strict=True))
        self.build = ir.IRBuilder(self.function.append_basic_block("entry"))
        self.own_width = ir.Constant(I64, len(policy.own_annual))
        self.made: dict[int, ir.Value] = {}
        self.kept: list[Node] = []  # so that identities stay theirs
        self.words_of: dict[tuple[str, int], ir.Value] = {}
        self.divide = module.globals["divide"]

    def const(self, value: int) -> ir.Constant:
        return ir.Constant(I64 if abs(value) < NARROW else I128, value)

    def word(self, base: ir.Value, index: int | ir.Value) -> ir.Value:
        """The address of a word behind an address."""
        place = ir.Constant(I64, index) if isinstance(index, int) else index
        return self.build.gep(self.build.inttoptr(base, ir.PointerType(I64)), [place], inbounds=True)

    def load(self, base: ir.Value, index: int | ir.Value) -> ir.Value:
        return self.build.load(self.word(base, index))

    def store(self, value: ir.Value, base: ir.Value, index: int | ir.Value) -> None:
        self.build.store(value, self.word(base, index))

    def truth(self, value: ir.Value) -> ir.Value:
        return self.build.icmp_signed("!=", value, ir.Constant(value.type, 0))

    def bit(self, value: ir.Value) -> ir.Value:
        return self.build.zext(value, I64)

    def value(self, node: Node) -> ir.Value:
        """A node's value, 64 bits wide where its range allows."""
        found = self.made.get(id(node))
        if found is None:
            found = self.const(node.at[0]) if node.op == "const" else self._leaf(node) if node.op in nodes.LEAVES else self._operation(node)
            self.made[id(node)] = found
            self.kept.append(node)
        return found

    def _leaf(self, node: Node) -> ir.Value:
        given, op, at = self.given, node.op, node.at
        if op == nodes.YEAR:
            return given["year"]
        if op in (nodes.START, nodes.END):
            return self.load(given["head"], 0 if op == nodes.START else 1)
        if op == nodes.NUMBER:
            return self.load(given["numbers"], at[0])
        if op == nodes.READING:
            return self.load(given["readings"], at[0])
        if op == nodes.HISTORY:
            return self.load(given["history"], at[0] * HISTORY_WORDS + at[1])
        if op == nodes.DUE:
            return self.load(given["amounts"], at[0])
        if op == nodes.PAID_NOW:
            return given["paid_now"]
        if op == nodes.ELIGIBLE:
            return given["eligible"]
        if op in (nodes.ENTERPRISE, nodes.OWN):
            return self.load(given["enterprise" if op == nodes.ENTERPRISE else "own"], at[0])
        own = op in (nodes.OWN_ROW, nodes.OWN_LAST, nodes.OWN_FIXED)
        base, width = (given["own_rows"], self.own_width) if own else (given["rows"], ir.Constant(I64, ROW_WORDS))
        build, zero = self.build, ir.Constant(I64, 0)
        if op in nodes.OF_THE_YEAR:
            position = given["at"]
        elif op in nodes.AGO:
            position = build.sub(given["at"], ir.Constant(I64, at[1]))
        else:
            position = build.add(build.sub(ir.Constant(I64, at[1]), given["year"]), given["at"])
        if op in nodes.FIXED_YEAR or (op in nodes.AGO and at[1] > 1):
            before, fixed, name = build.icmp_signed("<", position, zero), op in nodes.FIXED_YEAR, self.policy.annual_fact(node)
            place: ir.Value = ir.Constant(I64, self.policy.beyond[name, at[1] if fixed else -1])
            if not fixed:  # −1, −2 … stand side by side
                place = build.select(before, build.sub(build.sub(place, position), ir.Constant(I64, 1)), place)
            beyond = self.load(given["own"], place)
            inside = build.and_(build.not_(before), build.icmp_signed("<=", position, given["at"]))  # what is to come is not known
            safe = build.select(inside, position, zero)
            found = self.load(base, build.add(build.mul(safe, width), ir.Constant(I64, at[0])))
            return build.select(inside, found, build.select(before, beyond, zero))
        return self.load(base, build.add(build.mul(position, width), ir.Constant(I64, at[0])))

    def _wide(self, *parts: tuple[int, int]) -> bool:
        return any(max(abs(low), abs(high)) >= NARROW for low, high in parts)

    def _as(self, value: ir.Value, wide: bool) -> ir.Value:
        if wide and value.type is I64:
            return self.build.sext(value, I128)
        return value if wide or value.type is I64 else self.build.trunc(value, I64)

    def _operation(self, node: Node) -> ir.Value:
        op, args, build = node.op, node.args, self.build
        if op in ("floor_div", "half_up", "mod"):
            return self._division(node)
        values = [self.value(a) for a in args]
        spans = [(a.low, a.high) for a in (args[1:] if op == "select" else args)]
        wide = self._wide(*spans) or (op in ("add", "sub", "mul") and self._wide((node.low, node.high)))
        if op == "select":
            one, other = (self._as(v, wide) for v in values[1:])
            return self._narrowed(build.select(self.truth(values[0]), one, other), node)
        a, *rest = (self._as(v, wide) for v in values)
        if op == "not":
            return build.xor(a, ir.Constant(I64, 1))
        b = rest[0]
        if op in ("lt", "le", "eq"):
            return self.bit(build.icmp_signed({"lt": "<", "le": "<=", "eq": "=="}[op], a, b))
        if op in ("min", "max"):
            return self._narrowed(build.select(build.icmp_signed("<" if op == "min" else ">", a, b), a, b), node)
        made = {
            "add": build.add,
            "sub": build.sub,
            "mul": build.mul,
            "and": build.and_,
            "or": build.or_,
            "bits_and": build.and_,
            "bits_or": build.or_,
        }[op](a, b)
        return self._narrowed(made, node)

    def _narrowed(self, value: ir.Value, node: Node) -> ir.Value:
        return self.build.trunc(value, I64) if value.type is I128 and not self._wide((node.low, node.high)) else value

    def _division(self, node: Node) -> ir.Value:
        """floor, half up, or what is left: of a by b, 0 where b is not above 0."""
        a_node, b_node = node.args
        reach = 3 * max(abs(a_node.low), abs(a_node.high)) + max(abs(b_node.low), abs(b_node.high))
        wide, build = reach >= NARROW, self.build
        a, b = self._as(self.value(a_node), wide), self._as(self.value(b_node), wide)
        kind = a.type
        zero, one, two = (ir.Constant(kind, n) for n in (0, 1, 2))
        positive = build.icmp_signed(">", b, zero)
        if b_node.low <= 0:
            b = build.select(positive, b, one)
        negative = build.icmp_signed("<", a, zero)
        size = a if a_node.low >= 0 else build.select(negative, build.sub(zero, a), a)
        if node.op == "half_up":
            found = self._quotient(build.add(build.mul(size, two), b), build.mul(b, two))
            if a_node.low < 0:
                found = build.select(negative, build.sub(zero, found), found)
        else:
            if a_node.low >= 0:
                found = self._quotient(a, b)
            else:  # rounded down: −7 ÷ 2 is −4
                up = self._quotient(build.add(size, build.sub(b, one)), b)
                found = build.select(negative, build.sub(zero, up), self._quotient(size, b))
            if node.op == "mod":
                found = build.sub(a, build.mul(found, b))
        if b_node.low <= 0:
            found = build.select(positive, found, zero)
        return self._narrowed(found, node)

    def _quotient(self, a: ir.Value, b: ir.Value) -> ir.Value:
        return self.build.udiv(a, b) if a.type is I64 else self.build.call(self.divide, [a, b])


def _division(module: ir.Module) -> None:
    """`divide`: of whole numbers of 128 bits, a ≥ 0 by b > 0, without a library. What fits 64 bits is divided at once."""
    function = ir.Function(module, ir.FunctionType(I128, [I128, I128]), "divide")
    a, b = function.args
    entry, quick, loop, done = (function.append_basic_block(name) for name in ("entry", "quick", "loop", "done"))
    build = ir.IRBuilder(entry)
    build.cbranch(build.icmp_unsigned("<", build.or_(a, b), ir.Constant(I128, 2**64)), quick, loop)
    build.position_at_end(quick)
    build.ret(build.zext(build.udiv(build.trunc(a, I64), build.trunc(b, I64)), I128))
    build.position_at_end(loop)
    turn, left, rest, found = (build.phi(I128) for _ in range(4))
    for phi, first in ((turn, 0), (rest, 0), (found, 0)):
        phi.add_incoming(ir.Constant(I128, first), entry)
    left.add_incoming(a, entry)
    one = ir.Constant(I128, 1)
    more = build.or_(build.shl(rest, one), build.lshr(left, ir.Constant(I128, 127)))
    fits = build.icmp_unsigned(">=", more, b)
    next_rest = build.select(fits, build.sub(more, b), more)
    next_found = build.or_(build.shl(found, one), build.zext(fits, I128))
    next_left, next_turn = build.shl(left, one), build.add(turn, one)
    for phi, value in ((turn, next_turn), (left, next_left), (rest, next_rest), (found, next_found)):
        phi.add_incoming(value, loop)
    build.cbranch(build.icmp_unsigned("<", next_turn, ir.Constant(I128, 128)), loop, done)
    build.position_at_end(done)
    build.ret(next_found)


def _offered(code: _Code, k: int) -> ir.Value:
    withdrawn = code.load(code.given["head"], 2)
    return code.build.icmp_signed("==", code.build.and_(withdrawn, ir.Constant(I64, 1 << k)), ir.Constant(I64, 0))


def _entitle(module: ir.Module, policy: Policy) -> None:
    """Into `amounts` what each clause in `reach` gives this year before settlement; returns those whose conditions hold."""
    code = _Code(module, policy, "entitle", (*COMMON, "reach", "amounts"))
    holding = _offer(code, policy)
    _link(code, policy)
    code.build.ret(code.build.load(holding))


def _offer(code: _Code, policy: Policy) -> ir.Value:
    """Into `amounts` what each clause in `reach` gives by itself; where the bits of those whose conditions hold stand."""
    build, holding = code.build, code.build.alloca(I64)
    build.store(ir.Constant(I64, 0), holding)
    for k, clause in enumerate(policy.clauses):
        code.store(ir.Constant(I64, 0), code.given["amounts"], k)
        body, after = code.function.append_basic_block(clause.slug), code.function.append_basic_block()
        asked = code.truth(build.and_(code.given["reach"], ir.Constant(I64, 1 << k)))
        build.cbranch(build.and_(asked, _offered(code, k)), body, after)
        build.position_at_end(body)
        before = dict(code.made)
        for condition in clause.conditions:
            onward = code.function.append_basic_block()
            build.cbranch(code.truth(code.value(condition.node)), onward, after)
            build.position_at_end(onward)
        code.store(code._as(code.value(clause.amount.node), False), code.given["amounts"], k)
        build.store(build.or_(build.load(holding), ir.Constant(I64, 1 << k)), holding)
        build.branch(after)
        build.position_at_end(after)
        code.made = before  # what was worked out inside may not be there outside
    return holding


def _link(code: _Code, policy: Policy) -> None:
    """Exclusive groups, then caps, on `amounts`."""
    build, amounts = code.build, code.given["amounts"]
    for group in policy.settlement.exclusive:
        holds = code.truth(code.value(group.when.node))
        best, highest = ir.Constant(I64, -1), ir.Constant(I64, -1)
        for k in group.clauses:  # the first of equal ones stays
            amount = code.load(amounts, k)
            better = build.icmp_signed(">", amount, highest)
            highest, best = build.select(better, amount, highest), build.select(better, ir.Constant(I64, k), best)
        for k in group.clauses:
            drop = build.and_(holds, build.icmp_signed("!=", best, ir.Constant(I64, k)))
            code.store(build.select(drop, ir.Constant(I64, 0), code.load(amounts, k)), amounts, k)
    for cap in policy.settlement.caps:
        left = code._as(code.value(cap.most.node), False)
        if cap.lifetime:
            for k in cap.clauses:
                left = build.sub(left, code.load(code.given["history"], k * HISTORY_WORDS + TOTAL))
        left = build.select(build.icmp_signed(">", left, ir.Constant(I64, 0)), left, ir.Constant(I64, 0))
        for k in cap.clauses:
            amount = code.load(amounts, k)
            given = build.select(build.icmp_signed("<", amount, left), amount, left)
            code.store(given, amounts, k)
            left = build.sub(left, given)


def _conduct(module: ir.Module, policy: Policy) -> None:
    """1 where conduct allows support this year, + 2 where all that was paid is due back."""
    code = _Code(module, policy, "conduct", COMMON)
    eligible = code.value(nodes.both(*(c.node for c in policy.settlement.conduct)))
    back = code.value(policy.settlement.clawback.node) if policy.settlement.clawback else ir.Constant(I64, 0)
    code.build.ret(code.build.or_(eligible, code.build.mul(back, ir.Constant(I64, 2))))


def _bits(module: ir.Module, policy: Policy, name: str, of: Callable[[Clause], Any]) -> None:
    """A function that gives one bit for each clause whose condition holds."""
    code = _Code(module, policy, name, COMMON)
    found: ir.Value = ir.Constant(I64, 0)
    for k, clause in enumerate(policy.clauses):
        condition = of(clause)
        if condition is not None:
            bit = code.build.and_(code.truth(code.value(condition.node)), _offered(code, k))
            found = code.build.or_(found, code.build.mul(code.bit(bit), ir.Constant(I64, 1 << k)))
    code.build.ret(found)


def _mark(module: ir.Module, policy: Policy) -> None:
    """Write each clause's mark of the year into the history, which still is as it was before the year's payments."""
    code = _Code(module, policy, "mark", (*COMMON, "amounts", "eligible"))
    for k, clause in enumerate(policy.clauses):
        if clause.mark is not None:
            code.given["paid_now"] = code.load(code.given["amounts"], k)
            kept, code.made = code.made, {}
            when, mark, _ = clause.mark.args  # else it stays what it was: most years, and then it is not worked out
            with code.build.if_then(code.truth(code.value(when))):
                code.store(code._as(code.value(mark), False), code.given["history"], k * HISTORY_WORDS + MARK)
            code.made = kept
    code.build.ret(ir.Constant(I64, 0))


def reads(node: Node) -> set[str]:
    """What a truth value depends on: names of built-in facts, and of leaves that are none."""
    found = set()
    for leaf in nodes.leaves(node).values():
        if leaf.op == nodes.ENTERPRISE:
            found.add(facts.ENTERPRISE_FIELDS[leaf.at[0]])
        elif leaf.op == nodes.ROW:
            found.add(facts.ANNUAL_FIELDS[leaf.at[0]])
        elif leaf.op in (nodes.NUMBER, nodes.READING, nodes.START, nodes.END):
            continue
        else:
            found.add(f"<{leaf.op}>")
    return found


def ways(clause: Clause) -> list[list[Node]]:
    """The conditions that must all hold for the clause to pay, or for it to note something."""
    ways = [[part for condition in clause.conditions for part in nodes.conjuncts(condition.node)]]
    for other in (clause.marks_when, clause.data_error):
        if other is not None:
            ways.append(nodes.conjuncts(other.node))
    return ways


def growing_facts(part: Node, growing: frozenset[str]) -> list[Node]:
    """Facts of a condition that, once above 0, may come to anything."""
    return [leaf for leaf in nodes.leaves(part).values() if leaf.op == nodes.ROW and facts.ANNUAL_FIELDS[leaf.at[0]] in growing]


def _reach(module: ir.Module, policy: Policy, columns: Columns) -> None:
    """The clauses that could ever matter to an enterprise with such facts and such a row, one bit each: those of whose conditions
    none that rests on lasting facts fails. may: what can still befall it."""
    code = _Code(module, policy, "reach", (*COMMON, "may"))
    build, given = code.build, code.given
    settles, certifies = (code.truth(build.and_(given["may"], ir.Constant(I64, bit))) for bit in (SETTLES, CERTIFIES))
    found: ir.Value = ir.Constant(I64, 0)
    for k, clause in enumerate(policy.clauses):
        some: ir.Value = ir.Constant(I1, 0)
        for way in ways(clause):
            possible: ir.Value = ir.Constant(I1, 1)
            for part in way:
                if not columns.rules_out(part):
                    continue
                read, holds = reads(part), code.truth(code.value(part))
                for fact in growing_facts(part, columns.growing):
                    holds = build.or_(holds, code.truth(code.value(fact)))
                if read & set(SETTLED):
                    holds = build.or_(holds, settles)
                if read & set(CERTIFIED):
                    holds = build.or_(holds, certifies)
                possible = build.and_(possible, holds)
            some = build.or_(some, possible)
        found = build.or_(found, build.mul(code.bit(some), ir.Constant(I64, 1 << k)))
    build.ret(found)


def by_figures(policy: Policy, columns: Columns) -> dict[int, list[list[Node]]]:
    """Of each clause that a year's figures can rule out: ways it could matter by these figures, one of which must be open."""
    moving, found = set(columns.places) - {PRESENT}, {}
    for k, clause in enumerate(policy.clauses):
        parts = [[part for part in way if (read := reads(part)) and read <= moving] for way in ways(clause)]
        if all(parts):
            found[k] = parts
    return found


def _stir(module: ir.Module, policy: Policy, columns: Columns) -> None:
    """Of enterprises side by side: `possible` gets the clauses that the year's figures leave possible. Figures of one that
    has no row count as 0."""
    code = _Code(module, policy, "stir", ("now", "count", "head", "numbers", "readings"))
    build, given = code.build, code.given
    entry, loop, done = code.function.entry_basic_block, code.function.append_basic_block("loop"), code.function.append_basic_block("done")
    build.cbranch(build.icmp_signed(">", given["count"], ir.Constant(I64, 0)), loop, done)
    build.position_at_end(loop)
    e = build.phi(I64)
    e.add_incoming(ir.Constant(I64, 0), entry)

    def column(place: int) -> ir.Value:
        return code.load(given["now"], build.add(e, ir.Constant(I64, place * columns.together)))

    there = column(columns.places[PRESENT])
    leaf_of = code._leaf

    def leaf(node: Node) -> ir.Value:
        """A figure of the enterprise at hand; the law's own are loaded once, before the loop, which can then be vector code."""
        if node.op == nodes.ROW:
            return build.and_(column(columns.places[facts.ANNUAL_FIELDS[node.at[0]]]), build.neg(there))  # there is 0 or 1
        with build.goto_entry_block():
            return leaf_of(node)

    code._leaf = leaf  # type: ignore[method-assign]
    left: ir.Value = ir.Constant(I64, -1)
    for k, open_ways in by_figures(policy, columns).items():
        some: ir.Value = ir.Constant(I1, 0)
        for parts in open_ways:
            some = build.or_(some, code.truth(code.value(nodes.both(*parts))))
        keep = build.select(some, ir.Constant(I64, -1), ir.Constant(I64, ~(1 << k)))
        left = build.and_(left, keep)
    place = build.add(e, ir.Constant(I64, columns.possible * columns.together))
    code.store(left, given["now"], place)
    following = build.add(e, ir.Constant(I64, 1))
    e.add_incoming(following, build.block)
    build.cbranch(build.icmp_signed("<", following, given["count"]), loop, done)
    build.position_at_end(done)
    build.ret(ir.Constant(I64, 0))


def _rank(module: ir.Module, policy: Policy) -> None:
    """Of each clause that only the first so many get: how many, and the value they are ranked by; what it gives by itself, where that
    alone takes a place."""
    code = _Code(module, policy, "rank", (*COMMON, "places", "values", "due"))
    if any(clause.first is not None and clause.first.stays for clause in policy.clauses):
        code.given |= {"reach": ir.Constant(I64, -1), "amounts": code.given["due"]}
        _offer(code, policy)
    for k, clause in enumerate(policy.clauses):
        if clause.first is not None:
            code.store(code._as(code.value(clause.first.number), False), code.given["places"], k)
            code.store(code._as(code.value(clause.first.by.node), False), code.given["values"], k)
    code.build.ret(ir.Constant(I64, 0))


FUNCTIONS = ("entitle", "conduct", "lacking", "ends", "mark", "rank", "reach", "stir")


def written(policy: Policy, columns: Columns) -> str:
    """A policy's functions in LLVM's language."""
    module = ir.Module(name="policy")
    _division(module)
    _entitle(module, policy)
    _conduct(module, policy)
    _bits(module, policy, "lacking", lambda clause: clause.data_error)
    _bits(module, policy, "ends", lambda clause: clause.ends)
    _mark(module, policy)
    _rank(module, policy)
    _reach(module, policy, columns)
    _stir(module, policy, columns)
    return str(module)


def _object_code(text: str, target: Any) -> bytes:
    """What LLVM makes of `written` for this processor; kept on disk by the text itself, so that no other law can be served for it."""
    import llvmlite
    import llvmlite.binding as llvm

    from simulator.compiling import kept_code

    machine = target.triple, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    key = hashlib.sha256(text.encode()).hexdigest(), llvmlite.__version__, *machine

    def compiled() -> bytes:
        module = llvm.parse_assembly(text)
        module.verify()
        tuning = llvm.create_pipeline_tuning_options(speed_level=2)
        tuning.loop_vectorization = True
        builder = llvm.create_pass_builder(target, tuning)
        builder.getModulePassManager().run(module, builder)
        return bytes(target.emit_object(module))

    return kept_code("policy", key, compiled)


class Machine:
    """A policy's compiled functions, by address; they live as long as this does."""

    def __init__(self, policy: Policy, columns: Columns):
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        target = llvm.Target.from_default_triple().create_target_machine(
            opt=3, cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten()
        )
        code = _object_code(written(policy, columns), target)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.addresses = {name: int(self._engine.get_function_address(name)) for name in FUNCTIONS}
