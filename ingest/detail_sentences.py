"""The sentences of which a refusal's detail is made; each is a msgid.

A detail is kept in English; whoever shows it words its sentences anew, in the reader's language.
"""

import re
from string import Formatter
from typing import Final, NamedTuple

NUMBERS: Final = ("n", "most", "length", "line", "column", "char", "letter", "position", "count",
    "digits")  # fmt: skip
"""Fields of sentences that hold a whole number; all others hold any text."""


class Sentence(NamedTuple):
    """A sentence that details are made of, with fields, and the pattern that finds it."""

    template: str
    pattern: re.Pattern[str]
    letters: int


def sentence(template: str) -> Sentence:
    """Returns the sentence with the pattern by which it is found; its text is a msgid."""
    pattern, letters = "", 0
    for literal, field, _form, _conversion in Formatter().parse(template):
        pattern += re.escape(literal)
        letters += len(literal)
        if field:
            pattern += f"(?P<{field}>{'[0-9,]+' if field in NUMBERS else '.+?'})"
    return Sentence(template, re.compile(pattern, re.DOTALL), letters)


_MESSAGE: Final = (
    sentence("not a topic onemap/v1/{station}/{channel}"),
    sentence("a device reads receipts and writes none; the right topic is {topic}"),
    sentence("{name} is no channel of a station; the right topic is {topic}"),
    sentence("no station has this code"),
    sentence("observed {span} after it arrived"),
    sentence("{n} minutes"),
    sentence("{n} hours"),
    sentence("{n} days"),
    sentence("observed {n} days before it arrived"),
    sentence("observed after the station's end"),
    sentence("observed before the station's start"),
    sentence("the device's clock was never set: {moment}"),
    sentence("the receiver's clock is {n} weeks behind: {moment} was meant"),
    sentence("the receiver's clock is {n} weeks ahead: {moment} was meant"),
    sentence("the decoder failed: {name}"),
    sentence("{n} bytes"),
    sentence("more than {most} readings in a message"),
    sentence("beyond the hour's budget: counted, not kept"),
    sentence("its month was moved to an archive"),
    sentence("others: {n} more"),
)
_JSON: Final = (
    sentence("unknown field {name}"),
    sentence("not an object"),
    sentence("the message holds several readings"),
    sentence("there is a byte order mark or padding, as NULs, around the message"),
    sentence("the message can't be read twice alike"),
    sentence("an object has the same key twice"),
    sentence("values is missing or not an object"),
    sentence("values is empty"),
    sentence("unknown parameter"),
    sentence("no value (null)"),
    sentence("not a number"),
    sentence("not finite"),
    sentence("flags is not an object"),
    sentence("a flag without a value"),
    sentence("its flag is none of HJ 212's"),
    sentence("{why}, flag {flag}"),
    sentence("{why}; its letters are capitals ({flag})"),
    sentence("period is none of {choices}"),
    sentence("not [longitude, latitude]"),
    sentence("off the earth"),
    sentence("off the earth; longitude and latitude seem swapped"),
    sentence("a frame of HJ 212 belongs on the station's topic hj212"),
    sentence("names and texts stand in double quotes in JSON, not in single"),
    sentence("a number has a decimal point in JSON, not a comma"),
    sentence("JSON has no NaN and no Infinity; leave such a value out"),
    sentence("a comma stands before a closing bracket"),
    sentence("JSON has no comments"),
    sentence("the text is UTF-16 or has NULs in it; send UTF-8"),
    sentence("the text isn't UTF-8"),
    sentence("the text isn't UTF-8, but may be GBK"),
    sentence("it has no detection limit"),
    sentence("not detected, and no detection limit is set for it"),
    sentence("a detection limit must be above nothing"),
    sentence("time is missing or not text"),
    sentence("time has no offset from UTC, as in +08:00 or Z"),
    sentence("24:00 is 0:00 of the next day"),
    sentence("time is not ISO 8601 with date and time of day"),
    sentence("time is not ISO 8601 with an offset"),
    sentence("time is a number since 1970, not ISO 8601"),
    sentence("time is a number, but no moment from 2000 to 2100 in any unit since 1970"),
)
_PARSER: Final = (
    sentence("{why} ({fault})"),
    sentence("{fault}: line {line} column {column}"),
    sentence("Input is a zero-length, empty document"),
    sentence("unexpected end of data"),
    sentence("invalid literal, expected {word}"),
    sentence("unexpected character, expected a JSON value"),
    sentence("unexpected character, expected a string key"),
    sentence("unexpected character, expected {sign} after key"),
    sentence("unexpected character, expected {sign} or {other}"),
    sentence("trailing comma is not allowed"),
    sentence("unexpected content after document"),
    sentence("unexpected control character in string"),
    sentence("number with leading zero is not allowed"),
    sentence("number is infinity when parsed as double"),
    sentence("no digit after decimal point"),
    sentence("no digit after sign"),
    sentence("no digit after exponent sign"),
    sentence("str is not valid UTF-8: surrogates not allowed"),
    sentence("UTF-8 byte order mark (BOM) is not supported"),
    sentence("invalid escaped sequence in string"),
    sentence("no low surrogate in string"),
    sentence("depth limit exceeded"),
)
"""What orjson says of bytes that are no JSON."""

_FRAME: Final = (
    sentence("padding before ##"),
    sentence("it doesn't begin with ##"),
    sentence("the length is the placeholder {text}"),
    sentence("the length has {n} digits, not 4"),
    sentence("{length} bytes are told, {n} came without an end"),
    sentence("{length} bytes are told, {n} came"),
    sentence("{length} bytes are told, {n} came, and the CRC has {digits} digits"),
    sentence("{length} bytes are told, {n} came, whose CRC is right"),
    sentence("{n} bytes after the CRC"),
    sentence("{sent} is sent, {right} is right"),
    sentence("{sent} is sent, {right} is right; the logger sends the CRC of Modbus"),
    sentence("the text is enciphered and no key is configured"),
    sentence("the key has {n} bytes, not {length}"),
    sentence("the configured key doesn't open it"),
    sentence("the text is neither items nor whole blocks of a cipher"),
    sentence("Flag is {text}"),
    sentence("CN is {text}"),
    sentence("Flag tells of pieces, PNUM or PNO is missing"),
    sentence("PNO and PNUM are 0 or empty"),
    sentence("PNO and PNUM are no piece of a whole"),
    sentence("CP=&&…&& is missing"),
    sentence("the header has {text}"),
    sentence("the header has {key} twice"),
    sentence("the text is neither UTF-8 nor GBK"),
    sentence("{text}: 24:00 is 0:00 of the next day"),
    sentence("{text} is no time YYYYMMDDhhmmss"),
    sentence("DataTime is there twice and differs"),
)
"""What is wrong with a frame of HJ 212; a word for the fault stands before it."""

_ITEMS: Final = (
    sentence("DataTime is missing"),
    sentence("CN={command} brings no value of ours"),
    sentence("{text} isn't understood"),
    sentence("isn't understood"),
    sentence("{text} is of no item"),
    sentence("{flag} without {item}"),
    sentence("two factors give different values"),
    sentence("no value"),
    sentence("given twice and different"),
    sentence("{text} is no number"),
    sentence("the flag {text} is none of HJ 212-2017's"),
    sentence("neither text nor a whole number"),
    sentence("not printable, or too long"),
    sentence("its unit must be {unit}"),
    sentence("not 1 to {most} printable characters"),
    sentence("Min {low} lies above Max {high}"),
    sentence("{low} lies above {main} {value}"),
    sentence("{high} lies below {main} {value}"),
)
_MAPPED: Final = (
    sentence("The message is not text in UTF-8 (byte {position})."),
    sentence("It may be GBK; let the device send UTF-8."),
    sentence("The message is no JSON from line {line}, letter {letter} on."),
    sentence("Look there for a missing or needless quotation mark, comma or bracket."),
    sentence("The message is nested too deeply."),
    sentence("An object of the message has the same key twice."),
    sentence("The message has no list at {path}."),
    sentence("The list at {path} is empty."),
    sentence("The list has {count} readings, more than {most}."),
    sentence("None of the mapped paths has a value: {paths}."),
    sentence("Compare them with the message."),
    sentence("{path}: {value} is no number."),
    sentence("{path}: {value} is too large."),
    sentence("{path}: several elements of the list fit, and which is meant can't be known."),
    sentence("There is no time at {path}."),
    sentence("{path}: {value} is no id of 1 to {most} printable letters."),
    sentence("The time {value} is no {form} of our days."),
    sentence("Choose the form {other}."),
    sentence("The time {value} has no offset from UTC."),
    sentence("Choose the form {other} if it is Beijing's."),
    sentence("The time {value} is not written as {form}."),
)
_FORMER: Final = (
    sentence("id is neither text nor a whole number"),
    sentence("id is not 1 to {most} printable characters"),
    sentence("its letters are capitals ({flag})"),
    sentence("{n} days, {clock}"),
    sentence("{n} day, {clock}"),
    sentence("{fault}: line {line} column {column} (char {char})"),
)
"""What older versions said of messages that may wait still; nothing says it any more."""

SENTENCES: Final = tuple(
    sorted(
        (*_MESSAGE, *_JSON, *_PARSER, *_FRAME, *_ITEMS, *_MAPPED, *_FORMER),
        key=lambda each: -each.letters,
    )
)
"""Every sentence, those of most letters first: the first that fits says most of a text."""

OF_FRAMES: Final = frozenset(each.template for each in _FRAME)
"""The sentences that say what is wrong with a frame of HJ 212."""
