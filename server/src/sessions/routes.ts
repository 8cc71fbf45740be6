import { seriesRoutes as series } from '@peerlearn/contract/series'
import { sessionRoutes as routes } from '@peerlearn/contract/sessions'
import { on, type Binding } from '../http.ts'
import { cancelSession } from './cancelling.ts'
import { listSessions } from './catalogue.ts'
import { giveFeedback } from './feedback.ts'
import { readSession, readTaught, type FindOnline } from './reading.ts'
import { endSession, startSession, type RunningDeps } from './running.ts'
import { cancelSeries, changeSeries, createSeries, getSeries, previewSeries } from './series.ts'
import { changeSession, createSession } from './sessions.ts'

export interface SessionRouteDeps extends RunningDeps {
  findOnline: FindOnline
}

/** `mentor-data` comes before `:id`, which would take it for an id. */
export function sessionRoutes(deps: SessionRouteDeps): Binding[] {
  return [
    on(routes.list, ({ query }) => listSessions(deps.db, query)),
    on(routes.create, ({ who, body }) => createSession(deps, who, body)),
    on(routes.mentorData, ({ who }) => readTaught(deps, who.userId)),
    on(routes.get, ({ params, who }) => readSession(deps.db, params.id, who?.userId)),
    on(routes.change, ({ params, who, body }) => changeSession(deps, { sessionId: params.id, who }, body)),
    on(routes.cancel, ({ params, who }) => cancelSession(deps, { sessionId: params.id, who })),
    on(routes.start, ({ params, who }) => startSession(deps, { sessionId: params.id, who })),
    on(routes.end, ({ params, who }) => endSession(deps, { sessionId: params.id, who })),
    on(routes.feedback, ({ params, who, body }) =>
      giveFeedback(deps.db, { sessionId: params.id, who }, body),
    ),
    on(series.preview, async ({ who, body }) => ({ items: await previewSeries(deps.db, who.userId, body) })),
    on(series.create, ({ who, body }) => createSeries(deps.db, who, body)),
    on(series.get, ({ params }) => getSeries(deps.db, params.id)),
    on(series.change, ({ params, who, body: { fromSessionId, ...wish } }) =>
      changeSeries(deps, { seriesId: params.id, who, fromSessionId }, wish),
    ),
    on(series.cancel, ({ params, who, body }) => cancelSeries(deps, { seriesId: params.id, who, ...body })),
  ]
}
