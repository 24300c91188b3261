/**
 * The generator of types, in a workspace of its own: it brings an older TypeScript, which nobody needs who only runs the
 * shop (scripts/run.mjs).
 */
export { astToString, default as openapiTS } from 'openapi-typescript'
