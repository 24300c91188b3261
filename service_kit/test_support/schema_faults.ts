/** The faults of a schema by the JSON Schema meta-schema, which services do not check (http/validation.ts). */
import { Ajv } from 'ajv'

export function schemaFaults(schema: object): string | undefined {
  const ajv = new Ajv()
  return ajv.validateSchema(schema) === true ? undefined : ajv.errorsText(ajv.errors)
}
