/** 100,000 sessions as a busy year would leave them: 500 mentors, seats taken, some held, some long over. */
import { sql } from 'kysely'
import type { Db } from '@peerlearn/server/db'

/** Of 100,000 sessions a tenth is over; the others lie in the coming year. */
export async function fillCatalogue(db: Db, sessions: number): Promise<void> {
  for (const statement of statements(sessions)) await statement.execute(db)
}

const topics = [
  'read a balance sheet',
  'write a Python program',
  'play four chords',
  'draw an honest chart',
  'speak without notes',
  'lay out a page with CSS',
  'find the light with a phone',
  'balance chemical equations',
  'undo a day at the desk',
  'understand an index fund',
  'make a slow query fast',
  'test what matters',
  'edit ten photos',
  'answer hard questions',
  'record a voice at home',
  'explain electricity',
  'plan a garden',
  'cook a thali',
  'repair a bicycle',
  'prepare for an exam',
]
export const benchSkills = [
  'Finance',
  'Python',
  'Guitar',
  'Data',
  'Speaking',
  'CSS',
  'Photography',
  'Chemistry',
  'Yoga',
  'Law',
]
export const firstNames = [
  'Aarav',
  'Bhavna',
  'Chandan',
  'Deepa',
  'Emily',
  'Faisal',
  'Gauri',
  'Harish',
  'Indu',
  'Kunal',
]
const lastNames = [
  'Gupta',
  'Patel',
  'Das',
  'Menon',
  'Ansari',
  'Joshi',
  'Rao',
  'Pillai',
  'Kaur',
  'Mehta',
  'Yadav',
]

const array = (values: string[]) => sql`${sql.val(values)}::text[]`
const pick = (values: string[], n: string) =>
  sql`(${array(values)})[1 + (${sql.raw(n)}) % ${sql.lit(values.length)}]`

/** The demo's people, who are there too, keep their own. */
const isOurs = sql`email like '%@bench.example'`

const statements = (sessions: number) => [
  sql`insert into account (id, email, password_hash, name, roles, bio, skills)
    select gen_random_uuid(), 'mentor' || n || '@bench.example', '!', ${pick(firstNames, 'n')} || ' ' || ${pick(lastNames, 'n / 7')},
      '{learner,mentor}', 'Teaches what took years to learn, in an hour.', array[${pick(benchSkills, 'n')}]
    from generate_series(1, 500) n`,
  sql`insert into account (id, email, password_hash, name)
    select gen_random_uuid(), 'learner' || n || '@bench.example', '!', ${pick(firstNames, 'n * 3')} || ' ' || ${pick(lastNames, 'n')}
    from generate_series(1, 5000) n`,
  // Prices of four kinds, a third of them free; starts on quarter hours, so that many are equal.
  sql`with mentor as (select id, row_number() over () as n from account where ${isOurs} and 'mentor' = any (roles))
    insert into session (id, mentor_id, title, description, starts_at, duration_minutes, capacity, price_paise, skills, status, started_at, ended_at)
    select gen_random_uuid(), mentor.id, 'Learn to ' || ${pick(topics, 's')} || ', part ' || s % 9,
      'A small group, real examples, and time for questions. Group ' || md5(s::text) || '.',
      at, 30 + 15 * (s % 5), 6 + s % 25, (array[0, 0, 14900, 29900, 49900, 79900])[1 + s % 6],
      array[${pick(benchSkills, 's')}, ${pick(benchSkills, 's / 3')}],
      case when past then 'ended' else 'scheduled' end, case when past then at end, case when past then at + interval '1 hour' end
    from generate_series(1, ${sql.lit(sessions)}) s
      join mentor on mentor.n = 1 + s % 500,
      lateral (select s % 10 = 0 as past) p,
      lateral (select date_trunc('hour', now()) + (case when past then -1 else 1 end) * (s * 7919 % 35040) * interval '15 minutes' as at) t`,
  // Five bookings a session on average; a full one here and there; a hold that ran out in every thousandth.
  sql`with learner as (select array_agg(id) as ids from account where ${isOurs} and roles = '{learner}'),
      numbered as (select id, capacity, row_number() over () as n from session where mentor_id in (select id from account where ${isOurs}))
    insert into booking (id, session_id, session_capacity, learner_id, buyer_id, seat, status, price_paise, held_until)
    select gen_random_uuid(), numbered.id, capacity, ids[1 + (n * 37 + seat * 101) % 5000], ids[1 + (n * 37 + seat * 101) % 5000], seat,
      case when n % 1000 = 0 and seat = 1 then 'held' else 'confirmed' end, 0,
      case when n % 1000 = 0 and seat = 1 then now() - interval '1 minute' end
    from numbered, learner, generate_series(1, case when n % 20 = 0 then capacity else least(capacity, n % 10) end::int) seat`,
  sql`insert into feedback (id, session_id, account_id, rating)
    select gen_random_uuid(), session_id, learner_id, 3 + seat % 3 from booking join session on session.id = session_id
    where session.status = 'ended' and seat <= 3
      and mentor_id in (select id from account where ${isOurs})`,
  sql`vacuum analyze`,
]
