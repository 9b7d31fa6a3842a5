"""Counties at every stage of the review chain, by name of the stage."""

from tests.builders.chain import Road

SUBMIT, APPROVE, FILE = "county county approve", "city city approve", "province province approve"
TAKE_UP, SEND_BACK, RETURN = "city city take_up", "city city return", "province province return"
ROADS = {
    "nothing": Road(),
    "unchecked": Road().receive(1),
    "hard": Road().hand_in(1, hard=1),
    "soft": Road().hand_in(1, soft=1),
    "clean": Road().hand_in(1),
    "submitted": Road().hand_in(1).decide(SUBMIT),
    "in review": Road().hand_in(1).decide(SUBMIT, TAKE_UP),
    "returned by city": Road().hand_in(1).decide(SUBMIT, SEND_BACK),
    "reviewed": Road().hand_in(1).decide(SUBMIT, APPROVE),
    "returned by province": Road().hand_in(1).decide(SUBMIT, APPROVE, RETURN),
    "filed": Road().hand_in(1).decide(SUBMIT, APPROVE, FILE),
    "second": Road().hand_in(1, hard=2).hand_in(2),
}
