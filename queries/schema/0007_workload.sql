-- Workload and people: receptions and how many were open at a time, unbroken work, rosters against
-- attendance, who was employed when.
ALTER TABLE agents ADD COLUMN capacity INTEGER;
COMMENT ON COLUMN agents.capacity IS 'Chats he may have open at a time; NULL: the setting workload.capacity';

CREATE TABLE agent_message_facts (
    session_no BIGINT NOT NULL,
    shop_no INTEGER NOT NULL,
    channel_no INTEGER,
    account_no INTEGER,
    wrote_on DATE NOT NULL,
    first_at TIMESTAMP NOT NULL,
    message_count INTEGER NOT NULL
);
COMMENT ON TABLE agent_message_facts IS 'Human messages by session, account and day with numbers in place of names; read the view agent_messages';

CREATE VIEW agent_messages AS
SELECT
    agent_message_facts.session_no,
    shops.shop_id,
    channels.channel,
    accounts.agent_id,
    agent_message_facts.wrote_on,
    agent_message_facts.first_at,
    agent_message_facts.message_count
FROM agent_message_facts
INNER JOIN shops ON agent_message_facts.shop_no = shops.shop_no
LEFT JOIN channels ON agent_message_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON agent_message_facts.account_no = accounts.account_no;
COMMENT ON VIEW agent_messages IS 'How many messages a human wrote in a session on one day';
COMMENT ON COLUMN agent_messages.first_at IS 'His first message of that day in the session';

CREATE TABLE reception_facts (
    session_no BIGINT NOT NULL,
    shop_no INTEGER NOT NULL,
    channel_no INTEGER,
    account_no INTEGER,
    opened_at TIMESTAMP NOT NULL,
    opened_ms BIGINT NOT NULL,
    closed_ms BIGINT NOT NULL,
    message_count INTEGER NOT NULL,
    agent_open INTEGER NOT NULL,
    shop_open INTEGER NOT NULL,
    all_open INTEGER NOT NULL
);
COMMENT ON TABLE reception_facts IS 'Receptions with numbers in place of names; read the view receptions';

CREATE VIEW receptions AS
SELECT
    reception_facts.session_no,
    shops.shop_id,
    channels.channel,
    accounts.agent_id,
    reception_facts.opened_at,
    (reception_facts.closed_ms - reception_facts.opened_ms) / 1000.0 AS open_seconds,
    reception_facts.message_count,
    reception_facts.agent_open,
    reception_facts.shop_open,
    reception_facts.all_open
FROM reception_facts
INNER JOIN shops ON reception_facts.shop_no = shops.shop_no
LEFT JOIN channels ON reception_facts.channel_no = channels.channel_no
LEFT JOIN accounts ON reception_facts.account_no = accounts.account_no;
COMMENT ON VIEW receptions IS 'One agent''s part of a customer''s session: open from the customer''s first message to him until his own last';
COMMENT ON COLUMN receptions.agent_id IS 'Who was addressed or wrote; NULL where neither names anybody';
COMMENT ON COLUMN receptions.opened_at IS 'The customer''s first message addressed to him, or that he answered where rows name nobody; else his own first after the customer''s';
COMMENT ON COLUMN receptions.open_seconds IS 'Until his last message; where he wrote none, until the customer''s last message to him';
COMMENT ON COLUMN receptions.message_count IS 'Messages he wrote in it from its opening on';
COMMENT ON COLUMN receptions.agent_open IS 'His open receptions at that moment, this one included; one that ends at that instant is not open any more';
COMMENT ON COLUMN receptions.shop_open IS 'The same of the whole shop';
COMMENT ON COLUMN receptions.all_open IS 'The same of all shops';

CREATE TABLE work_run_facts (
    account_no INTEGER NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,
    run_seconds DOUBLE NOT NULL,
    message_count INTEGER NOT NULL
);
COMMENT ON TABLE work_run_facts IS 'One row a stretch in which an account wrote without a break (setting workload.break_minutes)';
COMMENT ON COLUMN work_run_facts.run_seconds IS 'First to last message';

CREATE TABLE staff_names (
    shop_id VARCHAR NOT NULL,
    staff_name VARCHAR NOT NULL,
    home_shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL
);
COMMENT ON TABLE staff_names IS 'One row a name rosters and attendance may use for an account, where it stands for exactly one';
COMMENT ON COLUMN staff_names.shop_id IS 'The shop the row names; empty where it names none';

CREATE TABLE roster_facts (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    account_no INTEGER,
    shift_on DATE NOT NULL,
    shift_no INTEGER NOT NULL,
    shift_code VARCHAR,
    shift_kind VARCHAR,
    started_at TIMESTAMP,
    ended_at TIMESTAMP
);
COMMENT ON TABLE roster_facts IS 'Rostered shifts with the agent they count for; a shift over midnight stands with the day it starts';
COMMENT ON COLUMN roster_facts.account_no IS 'His account in the chats; NULL where he is in none';
COMMENT ON COLUMN roster_facts.started_at IS 'NULL where nothing tells the hours of the shift''s code';

CREATE TABLE attendance_facts (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    account_no INTEGER,
    work_on DATE NOT NULL,
    first_in_at TIMESTAMP,
    last_out_at TIMESTAMP,
    worked_seconds DOUBLE,
    late_seconds DOUBLE,
    early_seconds DOUBLE,
    absent_days DOUBLE,
    has_worked BOOLEAN NOT NULL,
    is_leave BOOLEAN NOT NULL,
    is_due BOOLEAN NOT NULL
);
COMMENT ON TABLE attendance_facts IS 'Days of the attendance system with the agent they count for';
COMMENT ON COLUMN attendance_facts.last_out_at IS 'After midnight where the clock says less than the first punch';
COMMENT ON COLUMN attendance_facts.worked_seconds IS 'What the system says, at most first punch to last; else first to last punch';
COMMENT ON COLUMN attendance_facts.has_worked IS 'A punch, or worked time above 0';
COMMENT ON COLUMN attendance_facts.is_leave IS 'Leave is noted and he did not work';
COMMENT ON COLUMN attendance_facts.is_due IS 'He worked, was absent, lacks a punch or took leave: no day of rest';

CREATE TABLE staff_days (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    work_on DATE NOT NULL,
    is_leave BOOLEAN NOT NULL,
    worked_share DOUBLE,
    evidence VARCHAR
);
COMMENT ON TABLE staff_days IS 'One row an agent and day on which he was to work; days of rest are not here';
COMMENT ON COLUMN staff_days.is_leave IS 'The roster says leave, or attendance does and he did not work';
COMMENT ON COLUMN staff_days.worked_share IS '1 worked, 0 did not; less than 1 where attendance counts part of the day as absent; NULL: nothing tells';
COMMENT ON COLUMN staff_days.evidence IS 'attendance, messages (he wrote in the shift, or that day where hours are unknown) or NULL';

CREATE TABLE shift_facts (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    shift_on DATE NOT NULL,
    shift_no INTEGER NOT NULL,
    shift_code VARCHAR,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,
    rostered_seconds DOUBLE NOT NULL,
    came_at TIMESTAMP,
    went_at TIMESTAMP,
    there_seconds DOUBLE,
    late_seconds DOUBLE,
    early_seconds DOUBLE,
    evidence VARCHAR
);
COMMENT ON TABLE shift_facts IS 'One row a shift of known hours that was to be worked, and when the agent was there';
COMMENT ON COLUMN shift_facts.came_at IS 'Inside the shift: the first punch or start of writing; NULL where he did not come';
COMMENT ON COLUMN shift_facts.there_seconds IS 'From coming to going, inside the shift; NULL: nothing tells';
COMMENT ON COLUMN shift_facts.evidence IS 'attendance, messages or NULL';

CREATE TABLE online_facts (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    online_on DATE NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    online_seconds DOUBLE NOT NULL,
    open_seconds DOUBLE NOT NULL,
    capacity INTEGER,
    evidence VARCHAR NOT NULL
);
COMMENT ON TABLE online_facts IS 'One row a stretch of an agent at work: a day of attendance, else a shift, else an unbroken run of messages';
COMMENT ON COLUMN online_facts.open_seconds IS 'Sum of the open time of his receptions inside the stretch';
COMMENT ON COLUMN online_facts.capacity IS 'From the list of agents; NULL: the setting workload.capacity';
COMMENT ON COLUMN online_facts.evidence IS 'attendance, shift (first to last message inside it) or messages (he had neither)';

CREATE TABLE staff_hours (
    shop_id VARCHAR NOT NULL,
    hour_at TIMESTAMP NOT NULL,
    has_roster BOOLEAN NOT NULL,
    has_reply BOOLEAN NOT NULL,
    rostered_seconds DOUBLE NOT NULL,
    covered_seconds DOUBLE NOT NULL,
    arrival_count INTEGER NOT NULL,
    handling_seconds DOUBLE
);
COMMENT ON TABLE staff_hours IS 'One row a shop and clock hour of every day with a roster or chats of known times';
COMMENT ON COLUMN staff_hours.has_roster IS 'The roster of the shop names that day';
COMMENT ON COLUMN staff_hours.has_reply IS 'A human answered a waiting customer in that hour';
COMMENT ON COLUMN staff_hours.rostered_seconds IS 'Agent seconds on shift in that hour: 3600 is one agent';
COMMENT ON COLUMN staff_hours.covered_seconds IS 'Seconds of that hour with at least one agent on shift';
COMMENT ON COLUMN staff_hours.arrival_count IS 'Customer''s sessions begun in it, without those a bot alone answered';
COMMENT ON COLUMN staff_hours.handling_seconds IS 'Mean open time of the answered receptions of that shop and month';

CREATE TABLE stress_days (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    work_on DATE NOT NULL,
    worked_seconds DOUBLE NOT NULL,
    longest_run_seconds DOUBLE NOT NULL,
    longest_run_at TIMESTAMP NOT NULL,
    late_seconds DOUBLE NOT NULL,
    message_count INTEGER NOT NULL
);
COMMENT ON TABLE stress_days IS 'One row an agent and day he wrote on; a run inside a shift over midnight stands with the shift''s day';
COMMENT ON COLUMN stress_days.worked_seconds IS 'Sum of his unbroken runs';
COMMENT ON COLUMN stress_days.longest_run_seconds IS 'The longest stretch without a break';
COMMENT ON COLUMN stress_days.late_seconds IS 'At work (online_facts) between the late hour and the early one (settings workload.late_*)';

CREATE TABLE employment_days (
    shop_id VARCHAR NOT NULL,
    agent_id VARCHAR NOT NULL,
    employed_at TIMESTAMP NOT NULL,
    is_leaving BOOLEAN NOT NULL,
    is_month_end BOOLEAN NOT NULL,
    day_share DOUBLE NOT NULL,
    tenure_seconds DOUBLE
);
COMMENT ON TABLE employment_days IS 'One row an agent of the list and day from joining to leaving, both included, as far as there are data';
COMMENT ON COLUMN employment_days.is_leaving IS 'His last day';
COMMENT ON COLUMN employment_days.is_month_end IS 'The last day of the month, or the last of the data';
COMMENT ON COLUMN employment_days.day_share IS '1 ÷ days of that month within the data: a month''s sum is its mean head count';
COMMENT ON COLUMN employment_days.tenure_seconds IS 'Since the day of joining; NULL where that is unknown';
