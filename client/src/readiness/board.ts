/** The readiness board in groups, those who need something first. Pure. */
import type { ResponseOf } from '@peerlearn/contract/route'
import type { readinessRoutes, Verdict } from '@peerlearn/contract/readiness'
import type { StateKind } from '../ui/state-icons.ts'
import { reasonWords, verdictKinds } from './words.ts'

export type BoardItem = ResponseOf<typeof readinessRoutes.board>['items'][number]
type GroupId = Verdict | 'untried'

export interface BoardGroup {
  id: GroupId
  /** Beside its count: "3 have trouble". */
  label: (count: number) => string
  kind: StateKind | 'plain'
  people: { id: string; name: string; why: string; at: string | null }[]
}

const groups: [GroupId, BoardGroup['label']][] = [
  ['trouble', (n) => (n === 1 ? 'has trouble' : 'have trouble')],
  ['voice', () => 'should choose Voice'],
  ['turn', () => 'will be on TURN'],
  ['untried', (n) => (n === 1 ? 'has not tried' : 'have not tried')],
  ['ready', (n) => (n === 1 ? 'is ready' : 'are ready')],
]

/** Without the empty ones. */
export function groupsOf(items: BoardItem[]): BoardGroup[] {
  return groups
    .map(([id, label]) => ({
      id,
      label,
      kind: id === 'untried' ? ('plain' as const) : verdictKinds[id],
      people: items.filter((item) => groupOf(item) === id).map(personOf),
    }))
    .filter(({ people }) => people.length > 0)
}

const groupOf = ({ readiness }: BoardItem): GroupId => readiness?.verdict ?? 'untried'

const personOf = ({ learnerId, name, readiness }: BoardItem): BoardGroup['people'][number] => ({
  id: learnerId,
  name,
  why: readiness ? sentence(reasonWords(readiness.result)) : '',
  at: readiness?.at ?? null,
})

const sentence = (words: string[]) => {
  const all = words.join(', ')
  return all.charAt(0).toUpperCase() + all.slice(1)
}
