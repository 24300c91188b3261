/** Where the files of pictures are in an S3-compatible store: the address of the bucket, and what keys begin with. */
import { ConfigError } from '@shop/service_kit/runtime/config'

export type S3Address = {
  /** Ends with the bucket. */
  readonly bucket: string
  /** As in keys, without percent-encoding. Empty, or ends with `/`. */
  readonly prefix: string
}

/** `s3://bucket/prefix` is at AWS in that region; `https://endpoint/bucket/prefix` is anywhere. Fails with ConfigError. */
export function s3Address(mediaUrl: string, region: string): S3Address {
  const url = URL.canParse(mediaUrl) ? new URL(mediaUrl) : undefined
  const isAws = url?.protocol === 's3:'
  const path = (url?.pathname ?? '').split('/').filter((part) => part !== '')
  const bucket = isAws ? url?.hostname : path.shift()
  const parts = decoded(path)
  if (
    !url ||
    !bucket ||
    !parts ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw new ConfigError([
      'MEDIA_URL must be s3://<bucket>/<prefix> or https://<endpoint>/<bucket>/<prefix>, without a password',
    ])
  }
  const origin = isAws ? `https://s3.${region}.amazonaws.com` : url.origin
  return { bucket: `${origin}/${bucket}`, prefix: parts.map((part) => `${part}/`).join('') }
}

/** Undefined if a percent sign begins no character. */
function decoded(parts: readonly string[]): readonly string[] | undefined {
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return undefined
  }
}
