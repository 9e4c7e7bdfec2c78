"""What is asked of an HTTP camera, held to the RFCs' own examples."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from vein_devices.cameras.network.http_request import (
    authorization_for,
    parse_answer,
    request_for,
)


@pytest.mark.parametrize(
    "data,code,kind",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\nxy", 200, "a"),
        (b"HTTP/1.0 404\r\nContent-Type: a\r\n\r\nxy", 404, "a"),
        (b"ICY 200 OK\r\nContent-Type: a\r\n\r\nxy", 200, "a"),
        (b"HTTP/1.1 200 OK\nCONTENT-TYPE : a\n\nxy", 200, "a"),
        (b"Content-Type: a\r\n\r\nxy", 200, "a"),
    ],
)
def test_heads_are_read_as_servers_write_them(
    data: bytes, code: int, kind: str
) -> None:
    answer = parse_answer(data)
    assert answer is not None
    assert (answer.code, answer.fields["content-type"]) == (code, kind)
    assert answer.rest == b"xy"
    assert parse_answer(data.removesuffix(b"\nxy").rstrip()) is None


@pytest.mark.parametrize("data", [b"SSH-2.0-x\r\n\r\n", b"\r\n\r\n"])
def test_what_is_no_web_server_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="does not answer as HTTP"):
        parse_answer(data)


def test_a_basic_password_is_the_rfcs_example() -> None:
    address = urlsplit("http://test:123%C2%A3@host/")
    assert authorization_for(address, 'Basic realm="x"') == "Basic dGVzdDoxMjPCow=="


def test_a_digest_without_qop_is_rfc_2069s_formula() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b71", opaque="5ccc"'
    address = urlsplit("http://Mufasa:CircleOfLife@host/dir/index.html")
    said = authorization_for(address, challenge)
    assert 'username="Mufasa"' in said
    assert 'uri="/dir/index.html"' in said
    assert 'response="54d7f473acbb41ca2787231e3af5b5d1"' in said


@pytest.mark.parametrize("challenge", ["Negotiate", "Bearer x"])
def test_another_way_to_ask_gets_no_password(challenge: str) -> None:
    assert authorization_for(urlsplit("http://a:b@host/"), challenge) == ""


def test_nobody_named_gives_nothing() -> None:
    assert authorization_for(urlsplit("http://host/"), "") == ""
    assert b"Authorization" not in request_for(urlsplit("http://host/"))


def test_a_host_in_other_letters_is_written_as_the_internet_writes_it() -> None:
    assert b"Host: xn--bcher-kva.example:81\r\n" in request_for(
        urlsplit("http://bücher.example:81/")
    )
