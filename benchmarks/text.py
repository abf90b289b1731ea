"""Benchmarks of reading texts: words and signals of unique texts beside the peers, and a whole database.

    python benchmarks/text.py --texts 1000000 --messages 10000000

Unique texts come from the generator below: service talk of both sides with numbers, names, emoji,
links, personal data, typing variants. jieba and SnowNLP read the first of the same texts, as many
as `--slow` says (their seconds a text do not depend on how many there are); all figures are of one
run. The database holds the generated messages with texts drawn so that few are said often and most
seldom; what is timed is the process that reads them all, stage by stage (`enrich`): forms and signals,
facts, findings, satisfaction, statements, replies. On a machine that does other work, too, look at
the processors' seconds: with nothing beside it the stages take a little more than half of them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from run import CSKPI, DATA, HERE, generated, run, say, shown

SECOND_SENTENCE = 0.25
REACH_TEXTS = 30_000
REACH_SNOWNLP = 100
REACH_SECONDS = 180

OPENINGS = (
    "",
    "亲，",
    "您好，",
    "在吗？",
    "亲亲~",
    "你好 ",
    "不好意思，",
    "嗯嗯，",
    "客服，",
    "老板，",
    "宝，",
    "hi，",
)
GOODS = (
    *(
        "连衣裙",
        "运动鞋",
        "蓝牙耳机",
        "电饭煲",
        "保温杯",
        "羽绒服",
        "洗面奶",
        "儿童书包",
        "手机壳",
        "床单四件套",
    ),
    *(
        "扫地机器人",
        "牛仔裤",
        "坚果礼盒",
        "台灯",
        "充电宝",
        "雨伞",
        "猫粮",
        "键盘",
        "行李箱",
        "瑜伽垫",
    ),
)
COLOURS = ("黑色", "白色", "藏青", "米白", "粉色", "卡其", "灰色", "酒红", "墨绿", "天蓝")
CITIES = (
    "杭州市西湖区",
    "上海市浦东新区",
    "广州市天河区",
    "成都市武侯区",
    "武汉市洪山区",
    "南京市鼓楼区",
)
ASKED = (
    *(
        "我买的{goods}{colour}什么时候发货",
        "{colour}{goods}还有{n}码吗",
        "订单{order}怎么还没到",
        "这个{goods}能便宜{n}块吗",
    ),
    *(
        "{goods}收到了，{colour}的有色差，想退货",
        "快递{n}天没动了，你们管不管",
        "{goods}坏了，用了{n}天就不行了",
        "发票抬头写{name}可以吗",
    ),
    *(
        "退款{n}元什么时候到账",
        "{n}斤穿{goods}什么码合适",
        "地址改成{city}文{n}路{n}号{n}室",
        "电话{mobile}，麻烦派送前打一下",
    ),
    *(
        "太慢了，等了{n}天，差评",
        "谢谢，{goods}很好看，{name}客服很耐心",
        "你们{goods}是不是假货",
        "转人工，{goods}的事说不清楚{n}",
    ),
    *(
        "hi, where is my order {order}",
        "{goods}有没有{colour}的，{name}推荐的",
        "买{n}件有没有优惠",
        "别再敷衍我了，{n}次了都没解决",
    ),
)
ANSWERED = (
    *(
        "{goods}{colour}有现货的，今天{n}点前拍下当天发出",
        "{n}小时内给您发货哦",
        "非常抱歉给您带来不便，{goods}这边给您补发",
        "这款{goods}不支持退换的呢，{n}天前就过期了",
    ),
    *(
        "理解您着急的心情，{name}马上帮您催一下快递{n}",
        "已经给您登记了，{n}个工作日内退款到账",
        "{goods}最好用冷水洗，{colour}的别暴晒",
        "您联系一下快递问问，单号{parcel}",
    ),
    *(
        "可以的，{goods}支持七天无理由，{n}元运费险",
        "亲，{goods}{colour}暂时没货，预计{n}号补货",
        "请稍等，正在为您查询订单{order}",
        "不能改地址了哦，已经打包{n}件",
    ),
    *(
        "感谢您的支持，{name}祝您生活愉快",
        "有问题随时联系我，工号{n}",
        "{goods}参数：{n}cm，{n}g，{colour}",
        "加我微信{name}_{n}{n}领优惠券",
    ),
)
TAILS = (
    "",
    "",
    "",
    "。",
    "！",
    "~",
    "[微笑]",
    "😊",
    "？",
    "哦",
    "呢",
    "#E-s[数字x]",
    " https://a.example/i?id={n}",
    "，谢谢",
)

READ = """
import sys, time
sys.path.insert(0, {here!r})
import polars as pl
from text import measured
measured({what!r}, {file!r}, {count})
"""
ENRICH = """
import json, os, sys, time
from pathlib import Path
from cskpi.enrichment import enrich
from cskpi.model.build import build_model
from cskpi.settings import load_settings
from cskpi.store.database import Limits, open_database
settings, begun = load_settings({}, environment={}), []
def tell(stage, number, of):
    begun.append((stage, time.perf_counter(), sum(os.times()[:4])))
with open_database(Path(sys.argv[1]), Limits.of(settings), write=True) as con:
    if sys.argv[2] == "facts":
        build_model(con, settings)
    else:
        enrich(con, settings, tell)
        tell("", 0, 0)
ends = zip(begun, begun[1:])
told = [(s, then - start, worked - cpu) for (s, start, cpu), (_, then, worked) in ends]
Path(sys.argv[3]).write_text(json.dumps(told))
"""
DRAWN = """
COPY (
    SELECT told.* REPLACE (said.text AS "消息内容")
    FROM (
        SELECT *, CAST(floor({count} * pow(hash("消息ID") / 18446744073709551616.0, 3)) AS BIGINT) AS place
        FROM read_csv('{source}', all_varchar = true)
    ) AS told
    INNER JOIN (
        SELECT row_number() OVER () - 1 AS place, text FROM read_csv('{texts}', columns = {{'text': 'VARCHAR'}},
            header = false, delim = '\\x01', quote = '', escape = '')
    ) AS said USING (place)
) TO '{target}' (HEADER)
"""


def invented(count: int, seed: int = 7) -> Iterator[str]:
    """Yield so many different texts of service chats."""
    draw, seen = random.Random(seed), set[str]()  # noqa: S311 (nothing secret)
    while len(seen) < count:
        frame = draw.choice(OPENINGS) + draw.choice(draw.choice((ASKED, ANSWERED)))
        if draw.random() < SECOND_SENTENCE:
            frame += "，" + draw.choice(ASKED)
        text = (frame + draw.choice(TAILS)).format(
            goods=draw.choice(GOODS),
            colour=draw.choice(COLOURS),
            city=draw.choice(CITIES),
            name=draw.choice("abcdefgh") + str(draw.randrange(1000)),
            order=draw.randrange(10**18, 10**19),
            parcel=f"YT{draw.randrange(10**14)}",
            mobile=f"13{draw.randrange(10**9):09}",
            n=draw.randrange(1, 200),
        )
        if text not in seen:
            seen.add(text)
            yield text


def texts_file(count: int) -> Path:
    """Return the file of the texts, one a line, made once."""
    path = DATA / f"texts-{count}.txt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(invented(count)) + "\n", encoding="utf-8")
    return path


def measured(what: str, file: str, count: int) -> None:
    """Read the first texts of a file in one way and print the seconds; called in a process of its own."""
    import polars as pl

    texts = pl.Series(Path(file).read_text(encoding="utf-8").splitlines()[:count])
    read = _readers()[what]
    read(texts[:20])
    started = time.perf_counter()
    read(texts)
    print(time.perf_counter() - started)


def _readers() -> dict[str, Callable[..., object]]:
    import jieba
    import rjieba
    from snownlp import SnowNLP

    from cskpi.enrich.forms import read_texts, read_words

    return {
        "cskpi": read_texts,
        "cskpi words": read_words,
        "rjieba": lambda texts: [rjieba.cut(text) for text in texts],
        "jieba": lambda texts: [jieba.lcut(text) for text in texts],
        "snownlp": lambda texts: [SnowNLP(text).sentiments for text in texts],
    }


def _rate(what: str, file: Path, count: int) -> float:
    script = READ.format(here=str(HERE), what=what, file=str(file), count=count)
    with tempfile.NamedTemporaryFile() as out:
        figure = run(
            sys.executable, "-c", f"import sys; sys.stdout = open({out.name!r}, 'w')\n{script}"
        )
        seconds = float(Path(out.name).read_text(encoding="utf-8"))
    say(
        f"{what}, {count:,} texts",
        f"{count / seconds:10,.0f} texts/s  {figure.memory / 1e9:5.2f} GB",
    )
    return count / seconds


def unique_texts(count: int, slow: int) -> None:
    """Print how many unique texts a second each way reads."""
    file = texts_file(count)
    ours = _rate("cskpi", file, count)
    _rate("cskpi words", file, count)
    _rate("rjieba", file, count)
    _rate("jieba", file, min(count, slow * 10))
    snow = _rate("snownlp", file, min(count, slow))
    say("words and all signals", f"{ours:10,.0f} texts/s (reach {REACH_TEXTS:,})")
    say("beside SnowNLP", f"{ours / snow:10,.0f} x (reach {REACH_SNOWNLP}, {_load()})")


def whole_database(messages: int) -> None:
    """Print the whole text work of a database."""
    import duckdb

    pool = max(messages // 5, 1000)
    with tempfile.TemporaryDirectory(dir=HERE) as name:
        export, db = Path(name) / "messages.csv", Path(name) / "text.duckdb"
        with duckdb.connect() as con:
            con.execute(
                DRAWN.format(
                    count=pool, source=generated(messages), texts=texts_file(pool), target=export
                )
            )
        run(*CSKPI, "load", export, "--kind", "messages", "--db", db)
        export.unlink()
        told = Path(name) / "stages.json"
        run(sys.executable, "-c", ENRICH, db, "facts", told)
        with duckdb.connect(str(db), read_only=True) as con:
            row = con.execute("SELECT count(*), count(DISTINCT text_hash) FROM messages").fetchone()
        figure = run(sys.executable, "-c", ENRICH, db, "texts", told)
        said, unique = row or (0, 0)
        stages = json.loads(told.read_text())
        for stage, seconds, cpu in stages:
            say(f"  {stage}", f"{seconds:8.1f} s  {cpu:8.1f} s of processors")
        say(
            f"text work, {said:,} messages, {unique:,} texts",
            f"{shown(figure)} (reach {REACH_SECONDS} s, 3 GB)",
        )
        cpu = sum(cpu for _, _, cpu in stages)
        say("  processors' time of it", f"{cpu:8.1f} s  on {os.cpu_count()}: {_load()}")
        again = run(sys.executable, "-c", ENRICH, db, "texts", told)
        say("the same again, nothing new", shown(again))


def _load() -> str:
    return "load {:.1f} {:.1f} {:.1f}".format(*os.getloadavg())


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--slow", type=int, default=5_000)
    parser.add_argument("--messages", type=int, default=10_000_000)
    options = parser.parse_args()
    if options.texts:
        unique_texts(options.texts, options.slow)
    if options.messages:
        whole_database(options.messages)


if __name__ == "__main__":
    main()
