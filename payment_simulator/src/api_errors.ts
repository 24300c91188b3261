/** Errors in the shapes of the API. The official client turns each into a class of its own. */

export type ErrorType = 'card_error' | 'invalid_request_error' | 'idempotency_error' | 'api_error'

export class ApiError extends Error {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** Not remembered under the idempotency key: nothing was done. */
  readonly isForgotten: boolean

  constructor(status: number, type: ErrorType, message: string, more: object = {}, isForgotten = false) {
    super(message)
    this.status = status
    this.body = { error: { type, message, ...more } }
    this.isForgotten = isForgotten
  }
}

/** The request itself is wrong. */
export const invalid = (message: string, param?: string, code?: string) =>
  new ApiError(400, 'invalid_request_error', message, { param, code }, true)

/** The request is right, and the object is in another state. */
export const unexpected = (message: string, code: string, more: object = {}) =>
  new ApiError(400, 'invalid_request_error', message, { code, ...more })

export const missing = (kind: string, id: string) =>
  new ApiError(
    404,
    'invalid_request_error',
    `No such ${kind}: '${id}'`,
    { code: 'resource_missing', param: 'id' },
    true,
  )
