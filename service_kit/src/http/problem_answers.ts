/** Answers every error of an app with a problem document, and logs it once if it is a fault of ours. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BareApp } from './app_types.ts'
import { rememberPaths } from './known_paths.ts'
import type { Catalogue } from './problem_tables.ts'
import { describeProblem } from './problems.ts'

/** For every answer, unless its route says otherwise. */
export const NO_STORE = 'no-store'

type Answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void

export function answerWith(catalogue: Catalogue): Answer {
  const describe = (error: unknown, request: FastifyRequest) => {
    try {
      return { error, ...describeProblem(error, catalogue, request) }
    } catch (failure) {
      // The error cannot be shown, for example because the digits of a currency are unknown.
      return { error: failure, ...describeProblem(failure, catalogue, request) }
    }
  }
  return (thrown, request, reply) => {
    const { error, status, headers, document, logged } = describe(thrown, request)
    if (status >= 500 && !logged)
      request.log[status === 500 ? 'error' : 'warn']({ err: error, code: document.code }, document.title)
    reply
      .code(status)
      .headers({ 'cache-control': NO_STORE, ...headers })
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send(document)
  }
}

/** Call it before routes are registered. */
export function answerProblems(app: BareApp, answer: Answer, paramLengthMax: number): void {
  const answerUnrouted = rememberPaths(app, paramLengthMax)
  app.setErrorHandler(answer)
  app.setNotFoundHandler(answerUnrouted)
  // Here too, because a fault of the body would be found first.
  app.addHook('preParsing', (request, reply, _payload, next) => {
    if (!request.is404) return next()
    try {
      answerUnrouted(request, reply)
    } catch (error) {
      next(error as Error)
    }
  })
}
