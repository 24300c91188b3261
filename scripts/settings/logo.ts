/** `npm run settings -- set logo --file logo.png`: stores the picture as an upload does (domain/upload_media.ts of product_service). */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { OPERATOR } from '@shop/product_service/domain/audit'
import type { Patch } from '@shop/product_service/domain/change_shop_settings'
import { MEDIA_BYTES_MAX } from '@shop/product_service/domain/media'
import type { Stores } from '@shop/product_service/domain/ports'
import { uploadMedia } from '@shop/product_service/domain/upload_media'
import { createPictures } from '@shop/product_service/pictures/pictures'
import type { Runtime } from '@shop/service_kit/runtime/runtime'

export const LOGO = 'logo_media_id'
export const isLogo = (field: string | undefined): boolean => field === 'logo' || field === LOGO

/** Throws an Error whose message is for the operator. */
export function readLogo(path: string): Buffer {
  const file = readFileSync(path)
  if (file.length > MEDIA_BYTES_MAX) throw new Error(`A picture has at most ${MEDIA_BYTES_MAX} bytes.`)
  return file
}

export async function storeLogo({ media }: Stores, file: Buffer, runtime: Runtime): Promise<Patch> {
  const pictures = createPictures({ runtime })
  try {
    const id = createHash('sha256').update(file).digest('hex')
    const { now, newId } = runtime
    await uploadMedia({ ...media, pictures, now, newId, reached() {} }, { id, file, by: OPERATOR })
    return { [LOGO]: id }
  } finally {
    await pictures.close()
  }
}
