-- What the clock columns mean where daylight saving makes local clocks jump.
COMMENT ON COLUMN messages.occurred_at IS 'On the clock of the shop (its own time zone)';
COMMENT ON COLUMN messages.occurred_ms IS 'The same instant in milliseconds on a clock that never jumps: local time without daylight saving. For differences only; NULL where only the day is known';
COMMENT ON COLUMN session_messages.occurred_ms IS 'As in messages: true elapsed time, for differences';
