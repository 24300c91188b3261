/** An answer without a body. Types of replies cannot express that, so this is the one place that says it. */
import type { FastifyReply } from 'fastify'

export const empty = (reply: unknown, status: 202 | 204 | 304) =>
  (reply as FastifyReply).code(status).send() as never
