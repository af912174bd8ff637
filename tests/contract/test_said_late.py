"""How late a therapist says that she is, in the store."""

from dataclasses import replace
from datetime import timedelta

from data.store.page_records import SaidLate
from data.store.store import Store
from tests.contract.samples import DAY, NOON

WORD = SaidLate(id="late_1", therapist="taylor", date=DAY, seconds=600, said_at=NOON)


def test_the_last_word_counts_until_all_is_taken_back(store: Store) -> None:
    later = replace(WORD, id="late_2", seconds=1200, said_at=NOON + timedelta(minutes=5))
    with store.unit_of_work("north") as work:
        assert work.late_words.last(DAY, "taylor") is None
        work.late_words.add(WORD)
        work.late_words.add(later)
        work.late_words.add(replace(WORD, id="late_3", therapist="robin"))
        work.commit()
    with store.unit_of_work("south", write=False) as work:
        assert work.late_words.last(DAY, "taylor") is None
    with store.unit_of_work("north") as work:
        assert work.late_words.last(DAY, "taylor") == later
        assert work.late_words.last(DAY + timedelta(days=1), "taylor") is None
        assert work.late_words.undo(DAY, "taylor", NOON) == 2
        assert work.late_words.undo(DAY, "taylor", NOON) == 0
        assert work.late_words.last(DAY, "taylor") is None
        assert work.late_words.last(DAY, "robin") is not None
        work.commit()
