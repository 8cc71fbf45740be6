/** What the words of the overview mean to somebody who never ran a media server. They are mediasoup's own where it has one. */
export const words = {
  node: 'A machine, or a part of one, that carries the sound and pictures of classes.',
  worker: 'One process of a node. It uses one core of the processor at most, so its CPU says how full it is.',
  CPU: 'How much of one core it uses; 100% is a whole core.',
  router: 'A room’s place inside a worker. A large class has one in several workers.',
  consumer:
    'One stream that one person receives: three people who see each other’s cameras make six. They are what costs.',
  pipe: 'A link between two routers of one class, over which streams pass from worker to worker or from node to node.',
  packets: 'The small pieces in which sound and pictures travel.',
  way: 'How somebody’s media reach the node: directly, or through TURN.',
  TURN: 'A relay for people behind firewalls that let no direct connection through. It carries all of their media once more.',
  lost: 'Packets that never arrived. From about 2% on, sound and pictures suffer.',
  'round trip': 'How long a packet takes from the node to somebody and back.',
  joining: 'From the moment the server hears of somebody who joins until sound and pictures are connected.',
  'join p50, p95':
    'Half of the joins were as quick as the first figure, and all but one in twenty as quick as the second.',
  reconnects:
    'How often somebody’s media were brought back, after their network failed or something of ours did.',
  'room for': 'How many more people a node takes before it is full, if they are like those who are there.',
  empty:
    'A node that is emptied takes no new rooms, and its people move to others: do it before stopping it.',
} as const
