/** What needs an admin's look, judged from one measurement; how long it must be so stands beside. */
import { hasRoom, hotCpu, type Alert, type LiveNode } from '@peerlearn/contract/admin'
import type { Measured } from './measured.ts'

export interface Condition extends Pick<Alert, 'key' | 'level' | 'message'> {
  /** Told when it has been so this long. */
  forMs: number
  /** An interruption shorter than this does not end it. */
  graceMs: number
  /** What is said when it is over. */
  over: string
}

const slowJoinMs = 3_000
const manyJoins = 10
const highTurnShare = 0.5
const manyPeople = 10

const minute = 60_000
const percent = (share: number) => `${Math.round(share * 100)} %`

export const conditionsOf = (now: Measured): Condition[] => [
  ...lostNodes(now),
  ...hotWorkers(now),
  ...slowJoins(now),
  ...highTurn(now),
  ...stuckDrains(now),
]

const stuckKey = ({ nodeId }: LiveNode) => `drain-stuck ${nodeId}`

/** What is over beyond doubt: that an emptying was taken back needs no grace. */
export const endedIn = ({ nodes }: Measured): ReadonlySet<string> =>
  new Set(nodes.filter(({ up, draining }) => up && !draining).map(stuckKey))

/** A node that is back within three seconds is not worth a word; one that was never there may still be starting. */
const lostNodes = ({ nodes }: Measured): Condition[] =>
  nodes
    .filter(({ up }) => !up)
    .map(({ nodeId }) => ({
      key: `node-lost ${nodeId}`,
      level: 'error',
      message: `The media node ${nodeId} does not answer. Its classes have no sound or picture until they are moved.`,
      over: `The media node ${nodeId} is back.`,
      forMs: nodeId.includes('://') ? 15_000 : 3_000,
      graceMs: 0,
    }))

const hotWorkers = ({ nodes }: Measured): Condition[] =>
  nodes.flatMap(({ nodeId, workers }) =>
    workers
      .filter(({ cpu }) => cpu > hotCpu)
      .map(({ pid, cpu }) => ({
        key: `worker-hot ${nodeId} ${pid}`,
        level: 'warning',
        message: `Worker ${pid} of ${nodeId} has been above ${percent(hotCpu)} of its core for a minute, now at ${percent(cpu)}. Its rooms may lose frames.`,
        over: `Worker ${pid} of ${nodeId} is below ${percent(hotCpu)} of its core again.`,
        forMs: minute,
        graceMs: 6_000,
      })),
  )

function slowJoins({ recent: { joins, p95Ms } }: Measured): Condition[] {
  if (joins < manyJoins || p95Ms === null || p95Ms <= slowJoinMs) return []
  return [
    {
      key: 'joins-slow',
      level: 'warning',
      message: `Joining takes long: ${(p95Ms / 1_000).toFixed(1)} s for the slowest of twenty, over the last five minutes.`,
      over: 'People join in good time again.',
      forMs: 0,
      graceMs: 30_000,
    },
  ]
}

function highTurn({ people, turnShare }: Measured): Condition[] {
  const ways = people.filter(({ way }) => way !== null).length
  if (ways < manyPeople || turnShare === null || turnShare <= highTurnShare) return []
  return [
    {
      key: 'turn-high',
      level: 'warning',
      message: `${percent(turnShare)} of ${ways} people come through TURN. Can the media ports be reached from outside?`,
      over: 'Most people reach the media nodes directly again.',
      forMs: 5 * minute,
      graceMs: 30_000,
    },
  ]
}

/** One alert a drain: that it has failed takes the place of "makes no progress". */
const stuckDrains = ({ nodes }: Measured): Condition[] =>
  nodes.flatMap((node) => {
    const stuck = stuckWords(node, nodes)
    return stuck ? [{ key: stuckKey(node), forMs: 0, graceMs: 5_000, ...stuck }] : []
  })

/** Past its deadline nobody is cut off: who could not be moved stays. */
function stuckWords(
  node: LiveNode,
  nodes: readonly LiveNode[],
): Pick<Condition, 'level' | 'message' | 'over'> | undefined {
  const { nodeId, draining } = node
  if (draining?.failed)
    return {
      level: 'error',
      message: `Emptying ${nodeId} has failed: ${leftOn(draining.people)}: ${whyLeft(node, nodes)}. Their classes go on there, and it takes no new rooms until it is taken back.`,
      over: `${nodeId} is empty now, or was taken back.`,
    }
  if (draining?.blocked)
    return {
      level: 'warning',
      message: `Emptying ${nodeId} makes no progress: ${draining.people === 1 ? '1 person stays' : `${draining.people} people stay`} on it. Is there another node with room?`,
      over: `Emptying ${nodeId} goes on, or was taken back.`,
    }
  return undefined
}

const leftOn = (people: number) =>
  people === 1 ? '1 person could not be moved' : `${people} people could not be moved`

const whyLeft = (node: LiveNode, nodes: readonly LiveNode[]) =>
  nodes.some((other) => other !== node && hasRoom(other))
    ? 'their pages did not go, though another node has room'
    : 'no other node has room'
