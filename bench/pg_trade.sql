-- A trade in one function of PostgreSQL, in two measures:
--   trade_legs: cover, two legs of units and two of money between parties of one's own choosing, so
--               that clients seldom meet. No blocks, no journal.
--   trade_whole: what a resale of ours does: cover, trade, line, lock, block split and handed over,
--               events, balances, legs, the laws checked, and a journal entry in a chain of digests.
CREATE TABLE party (party_id int PRIMARY KEY, held_t bigint NOT NULL CHECK (held_t >= 0));
CREATE TABLE unit_leg (leg_id bigserial PRIMARY KEY, party_id int NOT NULL REFERENCES party, units_t bigint NOT NULL);
CREATE TABLE fen_leg (leg_id bigserial PRIMARY KEY, party_id int NOT NULL REFERENCES party, amount_fen bigint NOT NULL);
INSERT INTO party SELECT n, 1000000 FROM generate_series(1, 1000) n;

CREATE FUNCTION trade_legs(seller int, buyer int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE party SET held_t = held_t - 1 WHERE party_id = seller AND held_t >= 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not enough units';
    END IF;
    UPDATE party SET held_t = held_t + 1 WHERE party_id = buyer;
    INSERT INTO unit_leg (party_id, units_t) VALUES (seller, -1), (buyer, 1);
    INSERT INTO fen_leg (party_id, amount_fen) VALUES (seller, 7341), (buyer, -7341);
END $$;

CREATE TABLE trade (trade_id bigint PRIMARY KEY, seller_id int NOT NULL REFERENCES party, buyer_id int NOT NULL REFERENCES party,
    tonnes bigint NOT NULL CHECK (tonnes > 0), amount_fen bigint NOT NULL CHECK (amount_fen >= 0), state text NOT NULL, seq bigint NOT NULL);
CREATE INDEX ON trade (buyer_id);
CREATE TABLE trade_line (trade_id bigint REFERENCES trade, ordinal int, package_id int NOT NULL, tonnes bigint NOT NULL, amount_fen bigint NOT NULL,
    cost_fen bigint NOT NULL, PRIMARY KEY (trade_id, ordinal));
CREATE TABLE unit_lock (lock_id bigint PRIMARY KEY REFERENCES trade, placed_t bigint NOT NULL, posted_t bigint NOT NULL DEFAULT 0,
    CHECK (posted_t <= placed_t));
CREATE TABLE unit_block (block_id bigserial PRIMARY KEY, issuance_id int NOT NULL, first bigint NOT NULL, last bigint NOT NULL CHECK (last >= first),
    parent_id bigint, state text NOT NULL, owner_id int NOT NULL REFERENCES party, lock_id bigint REFERENCES unit_lock);
CREATE UNIQUE INDEX ON unit_block (issuance_id, first) WHERE state <> 'split';
CREATE INDEX ON unit_block (owner_id, issuance_id, first) WHERE state = 'held';
CREATE INDEX ON unit_block (lock_id) WHERE lock_id IS NOT NULL;
CREATE TABLE unit_event (event_id bigserial PRIMARY KEY, seq bigint NOT NULL, block_id bigint NOT NULL REFERENCES unit_block, event text NOT NULL,
    owner_id int NOT NULL, trade_id bigint);
CREATE INDEX ON unit_event (block_id);
CREATE INDEX ON unit_event (trade_id);
CREATE TABLE balance (issuance_id int, owner_id int REFERENCES party, state text, units_t bigint NOT NULL CHECK (units_t >= 0),
    PRIMARY KEY (issuance_id, owner_id, state));
CREATE TABLE money_leg (leg_id bigserial PRIMARY KEY, seq bigint NOT NULL, party_id int NOT NULL REFERENCES party, amount_fen bigint NOT NULL,
    trade_id bigint NOT NULL REFERENCES trade);
CREATE INDEX ON money_leg (party_id, leg_id);
CREATE INDEX ON money_leg (trade_id, party_id);
CREATE TABLE journal (seq bigint PRIMARY KEY, at_utc timestamptz NOT NULL DEFAULT now(), login text NOT NULL, kind text NOT NULL, subject text NOT NULL,
    body text NOT NULL, prev_hash bytea NOT NULL, hash bytea NOT NULL);
CREATE INDEX ON journal (subject, seq);
CREATE TABLE head (one int PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO head VALUES (1, 0, '\x00');
INSERT INTO unit_block (issuance_id, first, last, state, owner_id) VALUES (1, 1, 10000000, 'held', 1);
INSERT INTO balance VALUES (1, 1, 'held', 10000000);

CREATE FUNCTION trade_whole(buyer int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    h head;
    b unit_block;
    sold bigint;
    entry text;
BEGIN
    SELECT * INTO h FROM head WHERE one = 1 FOR UPDATE; -- entries follow one another
    h.seq := h.seq + 1;
    SELECT * INTO b FROM unit_block WHERE owner_id = 1 AND issuance_id = 1 AND state = 'held' ORDER BY first LIMIT 1;
    IF NOT FOUND OR b.last <= b.first THEN
        RAISE EXCEPTION 'not enough units';
    END IF;
    INSERT INTO trade VALUES (h.seq, 1, buyer, 1, 7341, 'proposed', h.seq);
    INSERT INTO trade_line VALUES (h.seq, 1, 1, 1, 7341, 4344);
    INSERT INTO unit_lock VALUES (h.seq, 1);
    UPDATE unit_block SET state = 'split' WHERE block_id = b.block_id;
    INSERT INTO unit_block (issuance_id, first, last, parent_id, state, owner_id, lock_id)
        VALUES (1, b.first, b.first, b.block_id, 'locked', 1, h.seq) RETURNING block_id INTO sold;
    INSERT INTO unit_block (issuance_id, first, last, parent_id, state, owner_id)
        VALUES (1, b.first + 1, b.last, b.block_id, 'held', 1);
    INSERT INTO unit_event (seq, block_id, event, owner_id, trade_id)
        VALUES (h.seq, b.block_id, 'split', 1, NULL), (h.seq, sold, 'lock', 1, h.seq);
    UPDATE balance SET units_t = units_t - 1 WHERE issuance_id = 1 AND owner_id = 1 AND state = 'held';
    UPDATE trade SET state = 'approved' WHERE trade_id = h.seq;
    UPDATE unit_block SET state = 'held', owner_id = buyer, lock_id = NULL WHERE block_id = sold;
    INSERT INTO unit_event (seq, block_id, event, owner_id, trade_id) VALUES (h.seq, sold, 'transfer', buyer, h.seq);
    INSERT INTO balance VALUES (1, buyer, 'held', 1)
        ON CONFLICT (issuance_id, owner_id, state) DO UPDATE SET units_t = balance.units_t + 1;
    UPDATE unit_lock SET posted_t = 1 WHERE lock_id = h.seq;
    INSERT INTO money_leg (seq, party_id, amount_fen, trade_id) VALUES (h.seq, 1, 7341, h.seq), (h.seq, buyer, -7341, h.seq);
    IF (SELECT sum(units_t) FROM balance WHERE issuance_id = 1) <> 10000000
        OR (SELECT sum(amount_fen) FROM money_leg WHERE trade_id = h.seq) <> 0
        OR (SELECT count(*) FROM unit_block WHERE issuance_id = 1 AND state <> 'split' AND first BETWEEN b.first AND b.first + 1) <> 2 THEN
        RAISE EXCEPTION 'the books do not balance';
    END IF;
    entry := json_build_object('trade_id', h.seq, 'seller_id', 1, 'buyer_id', buyer, 'tonnes', 1, 'amount_fen', 7341, 'posts',
        json_build_array(json_build_object('post', 'units', 'issuance', 1, 'first', b.first, 'last', b.first, 'to', buyer),
            json_build_object('post', 'money', 'party', 1, 'amount_fen', 7341),
            json_build_object('post', 'money', 'party', buyer, 'amount_fen', -7341)))::text;
    INSERT INTO journal (seq, login, kind, subject, body, prev_hash, hash) VALUES (h.seq, 'bank', 'trade.carry_out', 'trade:' || h.seq, entry, h.hash,
        sha256(h.hash || convert_to(entry, 'UTF8')));
    UPDATE head SET seq = h.seq, hash = (SELECT j.hash FROM journal j WHERE j.seq = h.seq) WHERE one = 1;
    RETURN h.seq;
END $$;
