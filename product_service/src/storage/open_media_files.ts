/** Where the files of pictures are if MEDIA_URL names an S3-compatible store; else they are in the place of the store itself. */
import { ConfigError } from '@shop/service_kit/runtime/config'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import type { MediaFiles } from '../domain/media_ports.ts'
import { s3Address } from './s3_address.ts'
import { createS3MediaFiles } from './s3_media_files.ts'
import { createS3Requests, type S3Options } from './s3_requests.ts'

const REGION_DEFAULT = 'us-east-1'

export const MediaConfig = {
  MEDIA_URL: Type.Optional(
    Type.String({
      pattern: '^(s3|https?)://.+$',
      [MESSAGE]: 'must be s3://<bucket>/<prefix> or https://<endpoint>/<bucket>/<prefix>',
      description:
        'S3-compatible store for the files of pictures: s3://<bucket>/<prefix> at AWS, or https://<endpoint>/<bucket>/<prefix>; without it they are beside the database, or in it',
    }),
  ),
  MEDIA_REGION: Type.String({ default: REGION_DEFAULT, minLength: 1, description: 'Region of that store' }),
  MEDIA_ACCESS_KEY_ID: Type.Optional(
    Type.String({ minLength: 1, description: 'Key that may list, read, write and remove below MEDIA_URL' }),
  ),
  MEDIA_SECRET_ACCESS_KEY: Type.Optional(Type.String({ minLength: 1, description: 'Its secret' })),
}
const MediaSettings = Type.Object(MediaConfig)
export type MediaSettings = Readonly<Partial<Static<typeof MediaSettings>>>

/** Returns it, or throws ConfigError if MEDIA_URL lacks something. */
export function requireMedia<Config extends MediaSettings>(config: Config): Config {
  placeOf(config)
  return config
}

/** Fails with ConfigError. */
export function openMediaFiles(
  settings: MediaSettings,
  runtime: S3Options['runtime'],
  limits?: S3Options['limits'],
): MediaFiles | undefined {
  const place = placeOf(settings)
  if (!place) return undefined
  const { prefix, ...store } = place
  const ask = createS3Requests({ ...store, runtime, ...(limits ? { limits } : {}) })
  return createS3MediaFiles(ask, prefix, `${store.bucket}/${prefix}`)
}

function placeOf({
  MEDIA_URL,
  MEDIA_REGION: region = REGION_DEFAULT,
  MEDIA_ACCESS_KEY_ID: keyId,
  MEDIA_SECRET_ACCESS_KEY: secret,
}: MediaSettings) {
  if (MEDIA_URL === undefined) return undefined
  if (keyId === undefined || secret === undefined) {
    throw new ConfigError(['MEDIA_URL needs MEDIA_ACCESS_KEY_ID and MEDIA_SECRET_ACCESS_KEY'])
  }
  return { ...s3Address(MEDIA_URL, region), region, keyId, secret }
}
