/** What the schema of schemas says of one; services do not ask it (http/validation.ts). */
import { Ajv } from 'ajv'

export function schemaFaults(schema: object): string | undefined {
  const ajv = new Ajv()
  return ajv.validateSchema(schema) === true ? undefined : ajv.errorsText(ajv.errors)
}
