"""What language a text is in, by script and common words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_HAN = "[\u4e00-\u9fff\u3400-\u4dbf]"
_FOREIGN = "[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f\u0590-\u05ff\u0370-\u03ff\u0900-\u097f]"
_ACCENTED = "[àâäçéèêëîïôöùûüÿñãõáíóúßøåæœ¿¡ăâđêôơưş ğı]".replace(" ", "")
_ENGLISH = (
    r"(?-u:\b)(?:the|is|are|was|my|your|you|i|it|this|that|to|and|of|for|in|on|please|thanks|thank|hello|hi|hey|"
    r"order|can|could|what|when|where|how|why|not|no|yes|do|does|have|has|will|would|with|me|we|sorry|"
    r"whatever|shut|up|out|stop|wait|still|just|about|again|back|item|items|does|did|been|was|were|who|which|am|an|at|be|by|from|get|got|if|me|more|never|now|only|or|so|than|they|too|very|want|again|bad|best|buy|call|check|color|discount|email|free|long|made|new|pay|right|send|ship|sure|take|time|use|work|refund|size|delivery|ok|okay|good|great|want|need|help|any|there|broken|received|shipping|price|return)(?-u:\b)"
)
_OTHER = (
    r"(?-u:\b)(?:hola|gracias|por favor|pedido|donde|cuando|quiero|bonjour|merci|commande|je|est|les|des|pour|avec|"
    r"danke|bitte|ich|nicht|und|der|die|das|bestellung|obrigado|nao|meu|quando|ciao|grazie|dove|ordine|"
    r"terima kasih|saya|tidak|pesanan|cam on|xin chao|el|los|que|una|como|il|che|sono)(?-u:\b)"
)


def languages(forms: pl.Series) -> pl.Series:
    """Return zh, en, other, or null where there are no words, for each normalised text."""
    import polars as pl

    words = forms.str.replace_all(r"\{[a-z_]+\}", " ")
    places = words.str.contains(f"[a-z]|{_FOREIGN}").arg_true()
    # Where there is nothing but Chinese, nothing need be counted.
    plain = pl.select(
        pl.when(words.str.contains(_HAN)).then(pl.lit("zh")).otherwise(pl.lit(None, pl.String))
    ).to_series()
    return plain.scatter(places, _mixed(words.gather(places)))


def _mixed(words: pl.Series) -> pl.Series:
    """Return the same for texts with letters of several scripts."""
    import polars as pl

    text = pl.col("words")
    counted = pl.LazyFrame({"words": words}).with_columns(
        han=text.str.count_matches(_HAN),
        latin=text.str.count_matches("[a-z]"),
        foreign=text.str.contains(_FOREIGN),
    )
    han, latin = pl.col("han"), pl.col("latin")
    return (
        counted.select(
            language=pl.when(pl.col("foreign") & (text.str.count_matches(_FOREIGN) * 3 >= han))
            .then(pl.lit("other"))
            .when((han > 0) & (han * 6 >= latin))
            .then(pl.lit("zh"))
            .when(latin == 0)
            .then(None)
            .when(
                text.str.count_matches(_OTHER) + text.str.count_matches(_ACCENTED)
                > text.str.count_matches(_ENGLISH)
            )
            .then(pl.lit("other"))
            .when(text.str.contains(_ENGLISH))
            .then(pl.lit("en"))
            .when(text.str.contains(r"[a-z]+[ ,.'!?]+[a-z]+[ ,.'!?]+[a-z]+"))
            .then(pl.lit("other"))
            .otherwise(None)
        )
        .collect()
        .to_series()
    )
