/** An answer without a body; typed replies have no word for that. */
import type { FastifyReply } from 'fastify'

export const empty = (reply: unknown, status: 204 | 304) =>
  (reply as FastifyReply).code(status).send() as never
