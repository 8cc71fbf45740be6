/** Skills to choose from while typing: those that mentors and sessions name, and some that are common. */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

const most = 8
/** Counting all of them reads every session; what changes in a minute can wait. */
const keptMs = 60_000

/** Shown while few people have named any. */
const common = [
  'Algebra',
  'Calculus',
  'Chemistry',
  'Physics',
  'English',
  'Hindi',
  'Writing',
  'Public speaking',
]
  .concat(['JavaScript', 'Python', 'Java', 'SQL', 'Data science', 'Machine learning', 'Web development'])
  .concat(['Accounting', 'Economics', 'Finance', 'Marketing', 'Design', 'Drawing', 'Guitar', 'Piano', 'Yoga'])

export type FindSkills = (q: string) => Promise<string[]>

/** Answers up to eight: those that begin so before those that contain it, the most used first. */
export function createFindSkills(db: DbOrTrx, now: () => Date): FindSkills {
  let known: { at: number; skills: Promise<string[]> } | undefined
  const all = () => {
    if (known && now().getTime() - known.at < keptMs) return known.skills
    const skills = findAll(db)
    known = { at: now().getTime(), skills }
    skills.catch(() => (known = undefined))
    return skills
  }
  return async (q) => matching(await all(), q)
}

/** `skills` in order of use. */
function matching(skills: string[], q: string): string[] {
  const asked = q.toLowerCase()
  const begin = skills.filter((skill) => skill.toLowerCase().startsWith(asked))
  const within = skills.filter((skill) => !begin.includes(skill) && skill.toLowerCase().includes(asked))
  return [...begin, ...within].slice(0, most)
}

/** Each in its most common spelling, the most used first, then the common ones. */
async function findAll(db: DbOrTrx): Promise<string[]> {
  const { rows } = await sql<{ skill: string }>`
    select mode() within group (order by skill) as skill from (
      select unnest(skills) as skill from account where 'mentor' = any (roles)
      union all select unnest(skills) from session where status <> 'cancelled'
    ) as named group by lower(skill) order by count(*) desc, lower(skill) limit 2000`.execute(db)
  const used = rows.map(({ skill }) => skill)
  const lower = new Set(used.map((skill) => skill.toLowerCase()))
  return [...used, ...common.filter((skill) => !lower.has(skill.toLowerCase()))]
}
