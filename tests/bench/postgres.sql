-- Tables and one step of the incremental peer: a batch of lines becomes upserts at four levels.
drop schema if exists bench cascade;
create schema bench;
set search_path = bench;
create unlogged table raw(line text);
create table unit(unit text primary key, commune text, district text, province text);
create table fact(seq bigserial, line text);
create table cells(l smallint, u text, per text, t text, b text, n bigint, s numeric,
    primary key (l, u, per, t, b));
create table borrowers(l smallint, u text, y text, c text, hh text, primary key (l, u, y, c, hh));
create table stock(l smallint, u text, n bigint, primary key (l, u));
create table checkpoint(one int primary key, facts bigint);
insert into checkpoint values (0, 0);

create procedure step() language plpgsql as $$ begin
    create temp table if not exists q(x text, d text, p text, m text, y text, t text, b text,
        a bigint, hh text, c text, dl int);
    truncate q;
    insert into fact(line) select line from raw;
    insert into q
    select commune, district, province, substr(j->>'time', 1, 7), substr(j->>'time', 1, 4), t,
        coalesce(case t
            when 'household.registered' then e->>'standing'
            when 'household.moved_in' then e->>'standing'
            when 'household.classified' then e->>'to'
            when 'house.started' then e->>'fund' when 'house.completed' then e->>'fund'
            when 'loan.disbursed' then e->>'class'
            when 'support.delivered' then e->>'kind' when 'activity.held' then e->>'kind'
            when 'funds.allocated' then e->>'project'
            when 'funds.disbursed' then e->>'project' end, ''),
        coalesce((e->>'amount')::bigint, (e->>'quantity')::bigint, (e->>'count')::bigint, 0),
        j->>'subject', e->>'class',
        case when t = 'household.registered' and e->>'standing' = 'poor' then 1
            when t = 'household.classified' and e->>'to' = 'poor' and e->>'from' <> 'poor' then 1
            when t = 'household.classified' and e->>'from' = 'poor' and e->>'to' <> 'poor' then -1
            else 0 end
    -- `offset 0` keeps the planner from reading each line once for every field.
    from (select j, j->'data' as e,
            replace(replace(j->>'type', 'vn.tonghop.', ''), '.v1', '') as t
        from (select line::jsonb as j from raw offset 0) parsed offset 0) told
        join unit on unit.unit = e->>'unit';
    insert into cells
    select l, u, per, t, b, count(*), sum(a)
    from q, lateral (values (0, x), (1, d), (2, p), (3, 'VN')) v(l, u),
        lateral (values (m), (y)) w(per)
    where u is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (l, u, per, t, b) do update set n = cells.n + excluded.n, s = cells.s + excluded.s;
    insert into borrowers
    select distinct l, u, y, k, hh
    from q, lateral (values (0, x), (1, d), (2, p), (3, 'VN')) v(l, u),
        lateral (values (c), ('')) w(k)
    where t = 'loan.disbursed' and u is not null on conflict do nothing;
    insert into stock
    select l, u, sum(dl) from q, lateral (values (0, x), (1, d), (2, p), (3, 'VN')) v(l, u)
    where dl <> 0 and u is not null group by 1, 2
    on conflict (l, u) do update set n = stock.n + excluded.n;
    update checkpoint set facts = facts + (select count(*) from raw);
end $$;
