from vein_imaging.capture import Mailbox


def test_an_empty_mailbox_gives_nothing() -> None:
    assert Mailbox[int]().take() is None


def test_the_latest_value_wins_and_the_lost_one_is_counted() -> None:
    box = Mailbox[int]()
    box.put(1)
    box.put(2)
    assert (box.take(), box.replaced) == (2, 1)
    assert box.take() is None
