"""Problems of a register in Chinese: every message of these rooms, English beside Chinese.

{} stands for what the message quotes; quoted parts are translated, too, where they are messages themselves. A test takes
every message out of the sources and looks for it here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from simulator.errors import Problem

MESSAGES = (
    # cells
    ("{} is neither yes nor no", "{}既不是“是”也不是“否”"),
    ("write 是 or 否 (true/false, 1/0, yes/no)", "请填 是 或 否"),
    ("{} is not one of the choices", "{}不在可选项之内"),
    ("write one of {}", "请从下列选项中选填：{}"),
    ("write a share between 0 and 1, as 0.85; leave blank for none", "请填 0 至 1 之间的比例，如 0.85；没有则留空"),
    ("write digits only{}, as 1234.56; leave blank for none, 未知 for unknown",
     "请只填数字{}，如 1234.56；没有则留空，不清楚填“未知”"),
    ("{} is not a date", "{}不是日期"),
    ("write 2013-05-06, 2013/5/6, 2013年5月6日 or 20130506", "请写成 2013-05-06、2013/5/6、2013年5月6日 或 20130506"),
    ("{} lies outside {} to {}", "{}不在 {} 至 {} 之间"),
    ("check the year; leave blank for no such date", "请核对年份；没有此日期则留空"),
    ("{} is not a year", "{}不是年度"),
    ("{} is not a year from {}", "{}不是 {} 之间的年度"),
    ("{} is not a clause", "{}不是条款序号"),
    ("{} is not a clause from {}", "{}不是 {} 之间的条款序号"),
    ("write a whole number from {}", "请填 {} 之间的整数"),
    ("{} is negative", "{}为负数"),
    ("write 0 or more; leave blank for none", "请填不小于 0 的数；没有则留空"),
    ("{} is more than 1", "{}大于 1"),
    ("write a share between 0 and 1, as 0.85", "请填 0 至 1 之间的比例，如 0.85"),
    ("{} is above {}, the largest {} that can be meant", "{}超过 {}，不可能有这么大"),
    ("write the {} in {}", "请按单位 {1} 填写"),
    ("{} is a code that a spreadsheet has shortened to a number", "{}是被表格软件改成数字的代码"),
    ("format the column as text and enter the code again", "请将该列设为文本格式后重新录入代码"),
    ("{} is a totals row, not an enterprise", "{}是合计行，不是企业"),
    ("remove the row", "请删除该行"),
    ("{} cannot be the code of an enterprise", "{}不能作为企业代码"),
    ("write any text that is its own", "请填写该企业独有的代码"),
    ("{} is ambiguous: day and month could be either", "{}有歧义：日和月分不清"),
    ("write year first, as 2013-05-06", "请先写年份，如 2013-05-06"),
    ("{}: there is no such day", "{}：没有这一天"),
    ("write a day of the calendar, as 2013-02-28", "请填日历上有的日期，如 2013-02-28"),
    ("{} bears another unit than its column, which is in {}", "{}的单位与本列单位（{}）不一致"),
    ("write one unit in the column, or say --unit", "请统一本列单位，或用 --unit 指明"),
    ("{} is not a number", "{}不是数字"),
    # rows and tables
    ("the row repeats line {}", "本行与第 {} 行重复"),
    ("{} has a row of this year already, on line {}", "{}在第 {} 行已有同一年度的数据"),
    ("keep one row per enterprise and year", "每家企业每年保留一行"),
    ("{} twice: the row repeats line {} and is counted once", "{}出现两次：本行与第 {} 行完全相同，按一行计"),
    ("{} twice: another row of this enterprise is on line {}", "{}出现两次：第 {} 行也是该企业，内容不同"),
    ("{}; both are counted", "{}；两行都计入"),
    ("remove one unless both are meant", "如非有意，请删去一行"),
    ("remove it; two equal payments go into one row", "请删除；两笔相同的兑现请合并为一行"),
    ("{} and is counted once", "{}，按一行计"),
    ("remove one of the two rows", "请删去其中一行"),
    ("paid-in capital {} is above the registered {}", "实缴资本 {} 高于注册资本 {}"),
    ("check both", "请核对两者"),
    ("an office of {} m²", "办公面积达 {} 平方米"),
    ("check the area, in m²", "请核对面积（平方米）"),
    ("a rent of {} CNY per m² and month", "月租金每平方米达 {} 元"),
    ("write the rent of one m² and one month", "请填每平方米每月的租金"),
    ("online sales {} are above all sales {}", "网络零售额 {} 高于销售额 {}"),
    ("a model building without an area", "已认定示范楼宇，但没有面积"),
    ("taxes of an enterprise struck off on {}", "企业已于 {} 注销，仍有税收"),
    ("check closed_on (注销日期) and the taxes", "请核对注销日期和税收"),
    ("write building_area (楼宇办公面积)", "请填写楼宇办公面积"),
    ("keep one row per enterprise", "每家企业保留一行"),
    ("{}: a letter that codes do not use", "{}：含有统一社会信用代码不使用的字母"),
    ("{}: the check character should be {}", "{}：校验码应为 {}"),
    ("compare with the business licence", "请与营业执照核对"),
    ("{} is not in the table enterprises (企业)", "{}不在“企业”表中"),
    ("add the enterprise there, or correct the code", "请在“企业”表中补上该企业，或更正代码"),
    ("{}: enterprise-year absent: {}", "{}：缺少年度 {}"),
    ("add the rows; a year without a row is no base for 四（四）", "请补上这些年度；没有数据的年度不能作为四（四）的基数"),
    ("{} has a row of its own, on line {}", "{}在第 {} 行另有一行"),
    ("old and new id are one enterprise: keep one row, with the new id", "新旧代码为同一企业：请只保留新代码的一行"),
    ("{} is the former id of line {} too", "{}也是第 {} 行的曾用代码"),
    ("keep it where it belongs", "请只在所属企业处保留"),
    ("{} row(s) lie after {}, the last year of the table annual (年度), and are not used",
     "{} 行晚于“年度”表的最后年度 {}，未使用"),
    ("add the later years to annual", "请在“年度”表中补上以后年度"),
    ("amounts of one enterprise, year and clause add up to more than {} CNY", "同一企业、年度、条款的金额合计超过 {} 元"),
    ("check the amounts", "请核对金额"),
    # columns and units
    ("required column {} is missing", "缺少必需的列 {}"),
    ("add the column", "请补上该列"),
    ("column {} is absent, so unknown in every row; {}", "没有列 {}，各行均视为未知；{}"),
    ("not assessable without it: {}", "缺少它无法核定：{}"),
    ("no clause needs it, the statistical tables do", "各条款都不需要，统计表需要"),
    ("add the column; blank cells mean none", "请补上该列；留空表示没有"),
    ("{} is finer than {}: rounded half up, as were {} cell(s) of this column in all",
     "{}比 {} 更细：已四舍五入，本列共 {} 格"),
    ("write multiples of {}", "请填 {} 的整数倍"),
    ("{} is a spreadsheet's number of a day, read as {}; {} cell(s) in all", "{}是表格软件的日期序号，读作 {}；共 {} 格"),
    ("compare the first one; format the column as a date", "请核对第一个；并将该列设为日期格式"),
    ("{} bears no unit while other amounts of the column do; {} cell(s) in all", "{}没有单位，而本列其他金额有单位；共 {} 格"),
    ("say what those without are in: --unit {}=元 or 万元", "请指明没有单位的金额的单位：--unit {}=元 或 万元"),
    ("say which: --unit {}=元 or 万元", "请指明单位：--unit {}=元 或 万元"),
    ("write {}", "请写 {}"),
    ("the unit of {} is unclear: {}", "{} 的单位不明：{}"),
    ("the unit “{}” is not known", "不认识单位“{}”"),
    ("the title names two units, {}", "标题中有两个单位：{}"),
    ("the header says {}, the title {}", "表头为 {}，标题为 {}"),
    ("column {} holds values but has no name", "第 {} 列有数据但没有列名"),
    ("name the column, or remove it", "请填写列名，或删除该列"),
    ("remove the column, or give it the name of a known one", "请删除该列，或改用已知的列名"),
    ("the cell is blank", "单元格为空"),
    ("write the {}, or remove the row", "请填写 {}，或删除该行"),
    ("unknown column {}", "不认识的列 {}"),
    ("did you mean {}?", "是否应为 {}？"),
    ("column {} stands twice, also as column {}", "列 {} 出现两次，第 {} 列也是"),
    ("keep one", "请保留一个"),
    ("is not column=unit", "不是“列=单位”的形式"),
    ("e.g. --unit sales=万元", "例如 --unit 销售额=万元"),
    ("is no column", "没有这一列"),
    ("is no column of amounts", "不是金额列"),
    ("one of {}", "可选：{}"),
    ("is no unit of amounts", "不是金额单位"),
    ("write 元 or 万元", "请写 元 或 万元"),
    ("{} of {} is {} times that of {} (median); one of the two years seems to be in another unit",
     "{} {} 年的中位数是 {3} 年的 {2} 倍；两年之中似有一年单位不同"),
    ("correct the year; if it is right as it stands, say --unit {}={}", "请更正该年；如确实无误，请加 --unit {}={}"),
    ("{} is {} of {} (median), believable from {} to {}; one of the two seems to be in another unit than read ({})",
     "{0} 与 {2} 之比的中位数为 {1}，可信范围 {3} 至 {4}；两列之一的单位似与读取的（{5}）不同"),
    ("say the units: {}", "请指明单位：{}"),
    ("the median of {} is {} CNY, read as {}; believable from {} to {}",
     "{} 的中位数为 {} 元（按 {} 读取），可信范围 {} 至 {}"),
    ("say the unit: --unit {}=元 or 万元", "请指明单位：--unit {}=元 或 万元"),
    ("the totals row says {}, the rows add up to {}", "合计行为 {}，各行相加为 {}"),
    ("find the missing or doubled row, or the slip", "请查找漏行、重行或笔误"),
    ("a totals row: {}", "合计行：{}"),
    ("write the sum, or leave the cell blank", "请填写合计数，或留空"),
    # files
    ("a row of {} cells is no row of a register", "一行有 {} 格，不是名册"),
    ("check the delimiter and quotations", "请检查分隔符和引号"),
    ("the table is empty", "表是空的"),
    ("write a header line and one line per row", "请写一行表头，每条数据一行"),
    ("a footnote and not a row: “{}”; left out", "是附注而非数据：“{}”；未读入"),
    ("nothing to do, unless it is an enterprise", "如不是企业，无需处理"),
    ("{} row(s) end before the last column; the rest is read as blank", "{} 行缺少末尾的列，缺少部分按空白读取"),
    ("check that nothing was cut off", "请核对是否被截断"),
    ("the cell shows {}", "单元格显示 {}"),
    ("write the value, leave blank for none, 未知 for unknown", "请填写数值；没有则留空，不清楚填“未知”"),
    ("the cell's formula was never calculated", "单元格的公式从未计算"),
    ("write the value instead, or open the workbook, let it calculate, and save it", "请改填数值，或打开工作簿重新计算后保存"),
    ("is a WPS table (.et), which is not read", "是 WPS 表格（.et），不能读取"),
    ("open it in WPS and choose 文件 → 另存为 → Microsoft Excel 文件 (*.xlsx)",
     "请用 WPS 打开，选择 文件 → 另存为 → Microsoft Excel 文件（*.xlsx）"),
    ("is a page without a table", "网页中没有表格"),
    ("open it and save it as an Excel workbook (.xlsx)", "请打开并另存为 Excel 工作簿（.xlsx）"),
    ("the workbook is protected by a password", "工作簿有密码保护"),
    ("open it and save it without password", "请打开后取消密码再保存"),
    ("the workbook holds macros", "工作簿含有宏"),
    ("save it as .xlsx, which has none", "请另存为不含宏的 .xlsx"),
    ("this is no Excel workbook", "不是 Excel 工作簿"),
    ("open the file and save it as an Excel workbook (.xlsx)", "请打开该文件并另存为 Excel 工作簿（.xlsx）"),
    ("the text's encoding is {}", "文本编码有误：{}"),
    ("neither UTF-8 (wrong from byte {}) nor GB18030 (wrong from byte {})",
     "既不是 UTF-8（第 {} 字节起有误）也不是 GB18030（第 {} 字节起有误）"),
    ("marked as UTF-8, but byte {} is not", "标为 UTF-8，但第 {} 字节不是"),
    ("marked as UTF-16, but byte {} is not", "标为 UTF-16，但第 {} 字节不是"),
    ("is a web page named as a workbook; its largest table was read", "实为网页，扩展名是工作簿；已读取其中最大的表"),
    ("compare the number of rows", "请核对行数"),
    ("this is no Parquet file that can be read: {}", "不是可读取的 Parquet 文件：{}"),
    ("write it anew", "请重新导出"),
    ("the file is empty", "文件是空的"),
    ("this is no text: byte 0 at character {}", "不是文本：第 {} 个字符为 0 字节"),
    ("save the table as CSV UTF-8", "请另存为 CSV UTF-8"),
    ("save the file as CSV UTF-8", "请另存为 CSV UTF-8"),
    ("the row cannot be taken apart: {}", "该行无法拆分：{}"),
    ('write a text that holds a quotation mark as "…""…", and close every quotation',
     '含引号的文本请写成 "…""…"，引号要成对'),
    ("is no table of a register and was not read", "不是名册的表，未读入"),
    ("nothing to do, unless it was meant to be read", "如无需读入，不必处理"),
    ("the table {} is missing", "缺少表 {}"),
    ("add the {} {} or {}", "请补上 {1} 或 {2}"),
    ("the table has a header but no row", "表只有表头，没有数据"),
    ("write one line per row", "请每条数据写一行"),
    ("there is no such file or folder", "没有这个文件或文件夹"),
    ("check the path", "请检查路径"),
    ("is written out, so it would be kept in records and histories", "直接写出了地址，会留在记录和历史中"),
    ("put it into an environment variable and give its name: --population env:SIMULATOR_DATABASE",
     "请放入环境变量并给出变量名：--population env:SIMULATOR_DATABASE"),
    ("the file has {} bytes; a register has not", "文件有 {} 字节，名册没有这么大"),
    ("at most {} are read; check the file", "最多读取 {} 字节；请检查文件"),
    ("is a web page named as a workbook; it holds one table and a register has several",
     "实为网页，扩展名是工作簿；其中只有一张表，而名册有几张"),
    ("put each such file into one folder, named after its table (as 年度.xls), or save it as .xlsx",
     "请把这些文件放入同一文件夹，以表名命名（如 年度.xls），或另存为 .xlsx"),
    ("is a workbook of the kind {}, whatever its name says; it was read", "实为 {} 工作簿，与扩展名不符；已读取"),
    ("name it {}", "请改名为 {}"),
    ("is neither a folder of tables, nor a workbook, nor a DuckDB file", "既不是存放各表的文件夹，也不是工作簿或 DuckDB 文件"),
    ("give the folder that holds enterprises.csv and annual.csv, the workbook, or the .duckdb file",
     "请给出存放“企业”“年度”两表的文件夹、工作簿或 .duckdb 文件"),
    ("cannot be read: {}", "无法读取：{}"),
    ("is no path: {}", "不是路径：{}"),
    ("there are two files for {}", "有两个文件都是 {}"),
    ("there are two sheets for {}", "有两个工作表都是 {}"),
    ("there are two tables for {}", "有两张表都是 {}"),
    ("check the file", "请检查文件"),
    ("cannot be written: {}", "无法写入：{}"),
    ("choose another folder", "请另选文件夹"),
    ("is not called .xlsx", "文件名不以 .xlsx 结尾"),
    ("write --out FILE.xlsx", "请写 --out 文件名.xlsx"),
    ("close it if it is open elsewhere, or choose another --out", "如已在别处打开请先关闭，或另选 --out"),
    ("already holds {}, which would be read together with the new tables", "已有 {}，会与新表混在一起"),
    ("remove it, or choose an empty folder", "请移走它，或另选空文件夹"),
    ("the workbook has links to other workbooks", "工作簿链接了其他工作簿"),
    ("break the links (数据 → 编辑链接 → 断开链接), so that the values stand in it, and save it",
     "请断开链接（数据 → 编辑链接 → 断开链接）后保存"),
    ("the parts of the workbook overlap; a spreadsheet writes no such file", "工作簿内部各部分重叠，不是表格软件写出的文件"),
    ("the workbook unpacks to {} bytes in {} parts; a register does not", "工作簿解压后有 {} 字节、{} 个部分，名册没有这么大"),
    ("this is no .xlsx workbook", "不是 .xlsx 工作簿"),
    ("this is no .xlsx workbook: the file is damaged, protected by a password, or of another kind",
     "不是 .xlsx 工作簿：文件已损坏、有密码保护，或是其他类型"),
    ("{} sheets could be the table {}", "有 {} 个工作表可能是 {}"),
    ("keep one, or name it {}", "请保留一个，或命名为 {}"),
    ("the workbook cannot be read: it is damaged or protected by a password", "工作簿无法读取：已损坏或有密码保护"),
    ("open it and save it again as .xlsx, without password", "请打开后不设密码另存为 .xlsx"),
    ("{}; everything was read", "{}；全部已读入"),
    ("the sheet is hidden", "工作表被隐藏"),
    ("{} row(s) are hidden", "{} 行被隐藏"),
    ("show it and compare", "请取消隐藏后核对"),
    ("{} lies far outside a register's table", "{} 远在名册的表之外"),
    ("delete the rows or columns out there", "请删除那里的行或列"),
    # databases
    ("there is no such environment variable, or it is empty", "没有这个环境变量，或其内容为空"),
    ("set it to the address, as postgresql+psycopg://user:password@host/database",
     "请设为地址，如 postgresql+psycopg://用户:密码@主机/数据库"),
    ("DuckDB is not installed", "未安装 DuckDB"),
    ("SQLAlchemy is not installed", "未安装 SQLAlchemy"),
    ("the driver {} is not installed", "未安装驱动 {}"),
    ("cannot be read as a DuckDB file: {}", "不能作为 DuckDB 文件读取：{}"),
    ("check the file; close the program that writes to it", "请检查文件，并关闭正在写入它的程序"),
    ("the database cannot be reached or read: {}", "数据库无法连接或读取：{}"),
    ("check the address in the variable, the network and the right to read the tables",
     "请检查变量中的地址、网络和读取权限"),
)


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Messages as patterns, those with most words of their own first."""
    ordered = sorted(MESSAGES, key=lambda pair: -len(pair[0].replace("{}", "")))
    return [(re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), chinese)
            for english, chinese in ordered]


@lru_cache(maxsize=4096)
def chinese(text: str) -> str:
    """A message in Chinese; as it stands where it has none (a name, a number).

    >>> chinese("“12x” is not a number"), chinese("“E1” twice: the row repeats line 2 and is counted once")
    ('“12x”不是数字', '“E1”出现两次：本行与第 2 行完全相同，按一行计')
    """
    for pattern, words in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            parts = [part if part.isascii() and " " not in part else chinese(part) for part in match.groups()]
            return words.format(*parts)
    return text


def place_in_chinese(place: str) -> str:
    """Where a problem is: line, row and column in Chinese.

    >>> place_in_chinese("annual.csv line 4, column sales (销售额)")
    'annual.csv 第 4 行，销售额 列'
    """
    place = re.sub(r", column \w+ \(([^()]*)\)", r"，\1 列", place)
    place = re.sub(r" (?:line|row) (\d+)", r" 第 \1 行", place)
    return re.sub(r", sheet ", "，工作表 ", place)


def told(problem: Problem, lang: str) -> Problem:
    """A problem in Chinese (`zh`) or as it is."""
    if lang != "zh":
        return problem
    return Problem(place_in_chinese(problem.place), chinese(problem.cause), chinese(problem.remedy), problem.severity)
