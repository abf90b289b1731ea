"""Hypothesis strategies: what orders hold, and messages that name it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from oracle.shop import Order, Piece, World

GOODS = (("60001234", "蓝色棉麻连衣裙"), ("60005678", "云朵羽绒四件套"))
SAID = (
    *(f"看看 https://x.example.com/item?id={number}" for number, _ in GOODS),
    *(f"推荐 {title} 这款" for _, title in GOODS),
    "看看 https://x.example.com/item?id=160001234",
)
"""Links, titles, and a number that is another product's."""

_piece = st.builds(
    lambda good, quantity: Piece(good[0], good[1], quantity),
    st.sampled_from((*GOODS, (GOODS[0][0], None))),
    st.sampled_from((None, 1, 1, 2, 3)),
)
_lines = st.one_of(
    st.just(()), st.lists(_piece, min_size=1, max_size=2, unique_by=lambda p: p.goods_id).map(tuple)
)
_count = st.sampled_from((None, None, None, 4))
_mentions = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(SAID)), max_size=6)


@st.composite
def stocked(draw: st.DrawFn, world: World) -> World:
    """The same shop with pieces in its orders; some messages that say nothing else name them."""
    orders: list[Order] = []
    for order in world.orders:
        items, count = draw(_lines), draw(_count)
        orders.append(replace(order, items=items, item_count=count))
    said = list(world.messages)
    for place, text in draw(_mentions) if orders else ():
        message = said[place % len(said)]
        if message.text is None:
            said[place % len(said)] = replace(message, text=text)
    return replace(world, messages=said, orders=orders)
