"""A tag is read by what it means: cells are a list, blocks are units, and no two words are glued."""

# ruff: noqa: RUF001 - quotation marks are what is tested

import pytest

from robotvoice.text import clean

ROW = "<tr><td>Red</td><td>5</td></tr>"


@pytest.mark.parametrize(
    ("html", "spoken"),
    [
        ("<td>Red</td><td>5</td>", "Red, 5"),
        (f"<table>{ROW}</table>", "Red, 5"),
        (
            "<table><thead><tr><th>Colour</th><th>Number</th></tr></thead><tbody>"
            f"{ROW}<tr><td>Blue</td><td>6</td></tr></tbody></table>After it.",
            "Colour, Number\nRed, 5\nBlue, 6\nAfter it.",
        ),
        ("<table>\n  <tr>\n    <td>Red</td>\n    <td>5</td>\n  </tr>\n</table>", "Red, 5"),
        ("<table><tr><td>Red<td>5<tr><td>Blue<td>6</table>", "Red, 5\nBlue, 6"),
        ("<tr><td><p>Red.</p></td><td></td><td><b>5</b></td></tr>", "Red. 5"),
        ("<ul><li>Red</li><li>Blue</li></ul>", "Red\nBlue"),
        ("<p>One.</p><p>Two.</p>Three.<br>Four.<hr/>Five.", "One.\nTwo.\nThree.\nFour.\nFive."),
        ("<h2>Title</h2>Text", "Title\nText"),
        ("<dl><dt>Cat</dt><dd>Meows</dd></dl>", "Cat\nMeows"),
        ("A<div>B</div>C", "A\nB\nC"),
    ],
)
def test_rows_are_lists_and_blocks_are_units(html: str, spoken: str) -> None:
    """Cases A9 and Y4."""
    assert clean(html) == spoken


@pytest.mark.parametrize(
    ("html", "spoken"),
    [
        ("help.<b>Done</b> now", "help. Done now"),
        ("help!<span>yes</span>", "help! yes"),
        ("Red<span>Blue</span>Green", "Red Blue Green"),
        ("<b>Red</b><b>Blue</b>", "Red Blue"),
        ("Hello<b>World</b>", "Hello World"),
        ('<a href="/x">one</a><a href="/y">two</a>', "one two"),
        ("before<unknown/>behind", "before behind"),
        ("before<custom-tag a='1'>in</custom-tag>behind", "before in behind"),
        ("un<b>believ</b>able", "unbelievable"),
        ("H<sub>2</sub>O and m<sup>2</sup>", "H2O and m²"),
        ("10<sup>15</sup> and 1<sup>st</sup>", "10¹⁵ and 1st"),
        ("known.<sup>1</sup> Also<sup>[2]</sup> here<sup>a</sup>.", "known. Also here."),
        ("(<i>so</i>), “<b>so</b>”.", "(so), “so”."),
        ("<b>Red</b>, <i>blue</i>.", "Red, blue."),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢字"),
        ('<sub alias="World Wide Web">WWW</sub> is old', "World Wide Web is old"),
        ("<![CDATA[Tom & I]]> sing", "Tom & I sing"),
        ("<?xml version='1.0'?><!DOCTYPE html><html><body>Hi</body></html>", "Hi"),
        ("[b]bold[/b] and [i]so[/i]", "bold and so"),
        ('<voice name="x">Hi <prosody rate="slow">you</prosody></voice>', "Hi you"),
        ("<mstts:express-as style='sad'>Oh no.</mstts:express-as>", "Oh no."),
        ("I write to <bob@example.org> today", "I write to <bob@example.org> today"),
        ("a <b and c> d, a<b and b>c", "a <b and c> d, a<b and b>c"),
    ],
)
def test_a_tag_never_glues_and_never_tears_words(html: str, spoken: str) -> None:
    assert clean(html) == spoken


@pytest.mark.parametrize(
    ("entity", "character"),
    [
        ("it&rsquo;s &mdash; ok", "it’s — ok"),
        ("caf&eacute; &amp; cr&egrave;me", "café & crème"),
        ("&lt;3 &gt; 2 &quot;x&quot; &apos;y&apos;", "<3 > 2 \"x\" 'y'"),
        ("&#8217;t &#x2019;t &#39;t", "’t ’t 't"),
        ("5&nbsp;km&hellip; &euro;5 &copy; 2020 &frac12; &deg;C", "5 km… €5 © 2020 ½ °C"),
        ("AT&T, R&D; &unknown; &;", "AT&T, R&D; &unknown; &;"),
        ("&amp;lt;b&amp;gt;x", "x"),
        ("a &#128512; b &#xD800; c", "a b c"),
    ],
)
def test_an_entity_is_the_character_it_stands_for(entity: str, character: str) -> None:
    assert clean(entity).replace("\ufffd ", "") == character
