import { expect, it } from 'vitest'
import type { LiveNode, LivePerson, LiveRoom } from '@peerlearn/contract/admin'
import type { WorkerStats } from '@peerlearn/contract/node-stats'
import { treeOf } from './tree.ts'

// Only what a tree is built by.
const worker = (pid: number) => ({ pid }) as WorkerStats
const node = (nodeId: string, pids: number[]) => ({ nodeId, workers: pids.map(worker) }) as LiveNode
const room = (sessionId: string) => ({ sessionId, title: sessionId }) as LiveRoom
const person = (name: string, sessionId: string, nodeId: string, pid: number | null, role = 'learner') =>
  ({ name, sessionId, nodeId, worker: pid, role }) as LivePerson

const shape = (tree: ReturnType<typeof treeOf>) =>
  tree.map(({ node: { nodeId }, workers }) => [
    nodeId,
    workers.map((branch) => [
      branch.worker?.pid ?? null,
      branch.rooms.map((found) => [found.room.sessionId, found.people.map(({ name }) => name)]),
    ]),
  ])

it('shows a room under every worker that has people of it, the mentor first', () => {
  const people = [
    person('Asha', 'algebra', 'one', 1),
    person('Meera', 'algebra', 'one', 1, 'mentor'),
    person('Bala', 'algebra', 'one', 2),
    person('Chitra', 'algebra', 'two', 3),
    person('Dev', 'music', 'two', 3),
    person('Esha', 'music', 'two', 3),
  ]
  const nodes = [node('one', [1, 2]), node('two', [3])]
  expect(shape(treeOf({ nodes, rooms: [room('algebra'), room('music')], people }))).toEqual([
    [
      'one',
      [
        [1, [['algebra', ['Meera', 'Asha']]]],
        [2, [['algebra', ['Bala']]]],
      ],
    ],
    [
      'two',
      [
        [
          3,
          [
            ['music', ['Dev', 'Esha']],
            ['algebra', ['Chitra']],
          ],
        ],
      ],
    ],
  ])
})

it('leaves nobody out whose worker is not known', () => {
  const people = [person('Asha', 'algebra', 'one', null), person('Bala', 'algebra', 'one', 9)]
  const tree = treeOf({ nodes: [node('one', [1])], rooms: [room('algebra')], people })
  expect(shape(tree)).toEqual([
    [
      'one',
      [
        [1, []],
        [null, [['algebra', ['Asha', 'Bala']]]],
      ],
    ],
  ])
})
