/** Answers are written by their schema: a field that it does not name is not sent. */
import fastJsonStringify from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'
import { compiledOnce } from './compiled_once.ts'

const serializer = compiledOnce((schema) => fastJsonStringify(schema))

export const compileSerializer: FastifySerializerCompiler<unknown> = ({ schema }) =>
  serializer(schema as object)
