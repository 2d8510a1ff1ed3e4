-- The figures of all units for one period: first day `first_day`, last day `last_day`.
-- closure(place, unit): the units that hold a place.

-- Households and persons that stand in a class at the end of the period.
create or replace temp table standing as
select c.unit, s.standing, count(*) as households, sum(s.persons) as persons,
    count(*) filter (s.standing = 'above' and s.left_day <= getvariable('last_day')
        and getvariable('last_day') <= s.escaped_until) as escaped
from state s join closure c using (place)
where s.since <= getvariable('last_day') and getvariable('last_day') < s.until
group by all;

insert into figure
select unit, case standing when 'poor' then 'poor' else 'near_poor' end || '_' || head,
    getvariable('period'), value
from standing unpivot (value for head in (households, persons))
where standing <> 'above'
union all
select unit, 'newly_escaped_households', getvariable('period'), escaped
from standing where standing = 'above';

-- Rows of the movement table that stay at one place.
insert into figure
select unit, 'movement.' || class || '.' || step || '.' || head, getvariable('period'), sum(value)
from movement unpivot (value for head in (households, persons)) join closure using (place)
where day between getvariable('first_day') and getvariable('last_day')
group by all;

-- Moves: a decrease of the units left, an increase of the units entered, nothing in others.
insert into figure
select unit, 'movement.' || class || '.other_decrease.' || head, getvariable('period'), sum(value)
from move m unpivot (value for head in (households, persons))
join closure c on c.place = old_place
where day between getvariable('first_day') and getvariable('last_day')
    and not exists (select 1 from closure k where k.place = new_place and k.unit = c.unit)
group by all
union all
select unit, 'movement.' || class || '.other_increase.' || head, getvariable('period'), sum(value)
from move m unpivot (value for head in (households, persons))
join closure c on c.place = new_place
where day between getvariable('first_day') and getvariable('last_day')
    and not exists (select 1 from closure k where k.place = old_place and k.unit = c.unit)
group by all;

-- Loans: instances, money, different households; by class and in all.
create or replace temp table lent as
select unit, class, household, amount from event join closure using (place)
where type = 'loan.disbursed'
    and day between getvariable('first_day') and getvariable('last_day');

insert into figure
with total as (
    select unit, class, count(*) as loan_instances, sum(amount) as loan_amount,
        count(distinct household) as loans_households
    from lent group by grouping sets ((unit, class), (unit))
)
select unit, name || coalesce('.' || class, ''), getvariable('period'), value
from total unpivot (value for name in (loan_instances, loan_amount, loans_households));

-- Electricity and houses.
insert into figure
with total as (
    select unit,
        count(*) filter (kind = 'electricity') as electricity_instances,
        sum(amount) filter (kind = 'electricity') as electricity_amount,
        count(*) filter (type = 'house.started') as houses_started,
        count(*) filter (type = 'house.completed') as houses_completed
    from event join closure using (place)
    where day between getvariable('first_day') and getvariable('last_day')
    group by unit
)
select unit, name, getvariable('period'), value
from total unpivot (value for name in
    (electricity_instances, electricity_amount, houses_started, houses_completed));
