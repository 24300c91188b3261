/**
 * The generator of types, in a workspace of its own: it brings an older TypeScript, which is not needed to run the
 * shop (scripts/run.mjs).
 */
export { astToString, default as openapiTS } from 'openapi-typescript'
