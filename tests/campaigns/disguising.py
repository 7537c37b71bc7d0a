"""Ways to hide a name from a filter, from tables of their own."""

from hypothesis import strategies as st

#: Nobody is called so.
NAMES = (
    "Zebulón Quetzalito Ñandúbal",
    "Emmerich Wamba Kullervo",
    "Li Xóchitl de la Zarza",
    "Oswaldo Iturbidé",
)
_HOMOGLYPHS = {
    "a": "аαɑ𝐚ａᴀ@4âãⓐ",
    "b": "Ьв𝐛ｂʙ8ḃ",
    "c": "сϲ𝐜ｃᴄçⅽ(",
    "d": "ԁ𝐝ｄᴅⅾḋ",
    "e": "еε𝐞ｅᴇ3ё€ê",
    "f": "𝐟ｆḟ",
    "g": "ɡ𝐠ｇɢ96ğ",
    "h": "һн𝐡ｈʜḥ#",
    "i": "іι𝐢ｉɪ1!|lïⅰ",
    "j": "ј𝐣ｊᴊĵ",
    "k": "кκ𝐤ｋᴋqcⓚ",
    "l": "ⅼ𝐥ｌʟ1|Iĺ",
    "m": "мⅿ𝐦ｍᴍḿ",
    "n": "пη𝐧ｎɴñŉ",
    "o": "оο𝐨ｏᴏ0öօ",
    "p": "рρ𝐩ｐᴘṗ",
    "q": "ԛ𝐪ｑ9k",
    "r": "г𝐫ｒʀř",
    "s": "ѕ𝐬ｓꜱ5$śſ",
    "t": "тτ𝐭ｔᴛ7+ť",
    "u": "υս𝐮ｕᴜvü",
    "v": "νѵ𝐯ｖᴠuṽ",
    "w": "ԝω𝐰ｗᴡŵ",
    "x": "хχ𝐱ｘ×ẋ",
    "y": "уγ𝐲ｙʏýÿ¥",
    "z": "ᴢ𝐳ｚž2ż",
}
_DRAWN = {"m": ["rn"], "w": ["vv", "uu"], "n": ["|\\|"], "h": ["|-|"]}
#: Put between letters; the first ones are seen by nobody.
_GAPS = (
    "\u200b",
    "\u00ad",
    "\u2060",
    "\u0301",
    "\ufe0f",
    "",
    " ",
    ".",
    "-",
    "_",
    "**",
    "<b>",
    "</i>",
    " · ",
    "~",
)
_BETWEEN_WORDS = (
    " ",
    "  ",
    "\n",
    "\t",
    "-",
    ", ",
    "_",
    "",
    ".",
    "\u00a0",
    " / ",
    "** _",
    "</b> <i>",
    "&nbsp;",
)
_WRAPS = ("{}", "**{}**", "[{}](https://example.org/news)", "<!-- a -->{}", "#{}", "«{}»", "({})", "# {}")
_SENTENCES = ("", "Carlos waits for his hearing. ", "La fianza son $8,000 y ", "Exhibit 12-A, tab 3: ")


@st.composite
def disguises(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and a text in which at least two neighbouring parts of it are hidden, in any order."""
    name = draw(st.sampled_from(NAMES))
    parts = [part for part in name.split() if part not in {"de", "la"}]
    shown = draw(st.permutations(parts))[: draw(st.integers(2, len(parts)))]
    gap = draw(st.sampled_from(_GAPS)) if draw(st.booleans()) else ""
    spelt = [gap.join(_letters(draw, part)) for part in shown]
    text = draw(st.sampled_from(_BETWEEN_WORDS)).join(spelt)
    if draw(st.integers(0, 9)) == 0:
        text = " ".join(shown)[::-1]
    if draw(st.integers(0, 9)) == 0:
        text = "".join(f"&#{ord(each)};" for each in text)
    wrapped = draw(st.sampled_from(_WRAPS)).format(text)
    return name, draw(st.sampled_from(_SENTENCES)) + wrapped + draw(st.sampled_from(("", " is here.", "!")))


def _letters(draw: st.DrawFn, part: str) -> list[str]:
    strength = draw(st.integers(0, 4))
    return [_letter(draw, each, strength) for each in part]


def _letter(draw: st.DrawFn, letter: str, strength: int) -> str:
    if draw(st.integers(0, 3)) >= strength:
        return letter
    plain = letter.lower()
    ways = [letter.upper(), plain, plain * 2, plain + "\u0308", plain + "\u200d", *_HOMOGLYPHS.get(plain, "")]
    return draw(st.sampled_from(ways + _DRAWN.get(plain, [])))
