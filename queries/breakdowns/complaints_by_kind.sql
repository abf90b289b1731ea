/* breakdown
label       = { zh = "投诉分类", en = "Complaints by kind" }
description = { zh = "按投诉类型：期间内提出的、办结的（及办结时长）和期末仍未办结的投诉。", en = "By kind of complaint: filed in the period, closed in it (and how long it took), and open at its end." }
group       = "satisfaction"
sources     = ["counted_complaints"]
origin      = "seed 3; exact reading 1"
[[column]]
name  = "complaint_kind"
label = { zh = "投诉类型", en = "Kind" }
[[column]]
name  = "filed_count"
label = { zh = "提出", en = "Filed" }
unit  = "count"
[[column]]
name  = "filed_share"
label = { zh = "占提出", en = "Share of filed" }
unit  = "percent"
rank  = 2
[[column]]
name  = "closed_count"
label = { zh = "办结", en = "Closed" }
unit  = "count"
[[column]]
name  = "mean_seconds"
label = { zh = "平均处理时长", en = "Mean close time" }
unit  = "duration"
[[column]]
name  = "median_seconds"
label = { zh = "处理时长中位数", en = "Median close time" }
unit  = "duration"
rank  = 1
[[column]]
name  = "open_count"
label = { zh = "期末未办结", en = "Open at the end" }
unit  = "count"
*/
WITH marked AS (
    SELECT
        complaint_kind,
        CASE WHEN filed_at >= $period_start AND filed_at < $period_end THEN 1 ELSE 0 END
            AS filed_mark,
        CASE
            WHEN
                closed_at >= $period_start AND closed_at < $period_end AND closed_at >= filed_at
                THEN (epoch_ms(closed_at) - epoch_ms(filed_at)) / 1000.0
        END AS close_seconds,
        CASE
            WHEN filed_at < $period_end AND (closed_at IS NULL OR closed_at >= $period_end) THEN 1
            ELSE 0
        END AS open_mark
    FROM counted_complaints
),

summed AS (
    SELECT
        complaint_kind,
        sum(filed_mark) AS filed_count,
        count(close_seconds) AS closed_count,
        avg(close_seconds) AS mean_seconds,
        median(close_seconds) AS median_seconds,
        sum(open_mark) AS open_count
    FROM marked
    GROUP BY complaint_kind
)

SELECT
    complaint_kind,
    filed_count,
    filed_count / nullif(sum(filed_count) OVER (), 0) AS filed_share,
    closed_count,
    mean_seconds,
    median_seconds,
    open_count
FROM summed
WHERE filed_count + closed_count + open_count > 0
ORDER BY filed_count DESC, open_count DESC, complaint_kind ASC
