-- purpose: promises of returning_viewers: every select returns no rows
-- grain:   none
-- source:  result (what query.sql returned)
-- clock:   none
select day from result group by day having count(*) > 1;
select day from result where new_people > people or people > week_people or week_people > month_people;
select day from result where greatest(d1_people, d7_people, d30_people) > people;
select day from result where acts < nameless_acts or acts - nameless_acts < people;
select day from result where history_days = 0 and new_people <> people;
