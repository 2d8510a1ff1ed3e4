-- The facts that count, from the lines of the journal.
-- A fact's name is (source, id); the same name with the same bytes is a duplicate, with other
-- bytes a rival: the one whose content hash (RFC 6962: a zero byte before the line) is smallest wins.
-- Of the winners, those that a void or a correction of the same subject names do not count. There is
-- no void of a void.

create table line as
select line,
    substr(sha256(chr(0) || line), 1, 16) as content,
    from_json(line, '{"type": "VARCHAR", "source": "VARCHAR", "id": "VARCHAR",
        "subject": "VARCHAR", "time": "VARCHAR", "sequence": "VARCHAR",
        "correctsid": "VARCHAR", "correctssource": "VARCHAR",
        "data": {"unit": "VARCHAR", "part": "VARCHAR", "standing": "VARCHAR",
            "persons": "BIGINT", "from": "VARCHAR", "to": "VARCHAR", "cause": "VARCHAR",
            "left_poverty": "VARCHAR", "house": "VARCHAR", "class": "VARCHAR",
            "kind": "VARCHAR", "amount": "BIGINT",
            "of": {"source": "VARCHAR", "id": "VARCHAR"}}}') as f
from read_csv(getvariable('file'), header = false, columns = {'line': 'VARCHAR'},
    auto_detect = false, delim = chr(2), quote = '', escape = '', max_line_size = 100000);

create macro name_of(source, id) as substr(sha256(source || chr(0) || id), 1, 32);

create table fact as
with told as (
    select distinct on (name, content)
        name_of(f.source, f.id) as name, content,
        replace(replace(f.type, 'vn.tonghop.', ''), '.v1', '') as type,
        f.subject as subject,
        -- The civil day in Viet Nam.
        cast(epoch_ms(epoch_ms(cast(f.time as timestamptz)) + 7 * 3600 * 1000) as date) as day,
        coalesce(cast(f.sequence as bigint), 0) as sequence,
        case when f.data.part is null then f.data.unit
            else f.data.unit || '/' || f.data.part end as place,
        case when f.type = 'vn.tonghop.fact.voided.v1'
            then name_of(f.data.of.source, f.data.of.id)
            when f.correctsid is not null
            then name_of(coalesce(f.correctssource, f.source), f.correctsid) end as void_of,
        f.data as data
    from line
), winner as (
    select * from told
    qualify content = min(content) over (partition by name)
)
select * from winner
where type <> 'fact.voided'
    and not exists (select 1 from winner v
        where v.void_of = winner.name and v.subject is not distinct from winner.subject);
