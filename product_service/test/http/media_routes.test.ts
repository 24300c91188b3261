/** Pictures over HTTP: what is made of them, how they are served, and every file and form that is refused. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { uploading } from '@shop/service_kit/http/slow_requests'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import sharp from 'sharp'
import { INTERLACED_PIXELS_MAX, MEDIA_BYTES_MAX, MEDIA_PIXELS_MAX } from '../../src/domain/media.ts'
import { UPLOADS_MAX } from '../../src/http/media_upload.ts'
import { createMediaFolder } from '../../src/storage/media_folder.ts'
import { FORM, fieldPart, filePart, form, jpegOf, noise, plain } from '../pictures.ts'
import { folder, openShop } from '../worlds.ts'

async function openStudio(t: TestContext, options: Parameters<typeof openShop>[1] = {}) {
  const root = join(folder(t), 'media')
  const sockets: Socket[] = []
  // First, for a server that closes waits for its connections.
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  const shop = await openShop(t, { mediaFiles: createMediaFolder(root), ...options })
  const send = (body: Buffer, type = FORM) => shop.admin('POST', '/media', body, { 'content-type': type })
  return {
    ...shop,
    sockets,
    send,
    upload: (picture: Uint8Array, ...named: string[]) => send(form(filePart(picture, ...named))),
    /** Folders of pictures on the disk, whatever their names. */
    stored: () => {
      try {
        return readdirSync(root).flatMap((shard) => readdirSync(join(root, shard)))
      } catch {
        return []
      }
    },
  }
}

const SIZE = { width: 1_600, height: 1_200 }

suite('a picture that is sent', () => {
  test('has six renditions, a placeholder, and the name of its bytes', async (t) => {
    const { upload, anonymous, stored } = await openStudio(t)
    const picture = await plain(SIZE).jpeg().toBuffer()
    const answer = await upload(picture)
    assert.equal(answer.statusCode, 201, answer.body)
    const media = answer.json()
    assert.equal(media.id, createHash('sha256').update(picture).digest('hex'))
    assert.equal(answer.headers.location, `/media/${media.id}`)
    assert.deepEqual([media.width, media.height], [1_600, 1_200])
    const expected = [
      [320, 240],
      [640, 480],
      [1_280, 960],
    ].flatMap(([width, height]) =>
      ['webp', 'jpeg'].map((format) => {
        const file = `${width}.${format === 'jpeg' ? 'jpg' : 'webp'}`
        return { format, width, height, url: `/media/${media.id}/${file}` }
      }),
    )
    assert.deepEqual(media.renditions, expected)
    for (const { url, format, width, height } of expected) {
      const rendition = await anonymous('GET', url)
      assert.equal(rendition.statusCode, 200)
      const { headers, rawPayload } = rendition
      assert.deepEqual(
        [headers['content-type'], headers['cache-control'], headers['x-content-type-options']],
        [`image/${format}`, 'public, max-age=31536000, immutable', 'nosniff'],
      )
      assert.equal(headers['content-length'], String(rawPayload.length))
      const found = await sharp(rawPayload).metadata()
      assert.deepEqual([found.format, found.width, found.height], [format, width, height])
    }
    const blur = await sharp(Buffer.from(media.blur.split(',')[1], 'base64')).metadata()
    assert.deepEqual([blur.width, blur.height], [16, 12])
    assert.deepEqual((await anonymous('GET', `/media/${media.id}`)).json(), media)
    assert.equal(stored().length, 1)
  })

  test('is there once, however often it is sent, one after the other and at once', async (t) => {
    const { upload, admin, stored } = await openStudio(t)
    const picture = await jpegOf({ width: 300, height: 200 })
    const first = await Promise.all([upload(picture), upload(picture, 'another name.png', 'image/png')])
    assert.deepEqual(first.map(({ statusCode }) => statusCode).sort(), [200, 201])
    const again = await upload(picture)
    assert.equal(again.statusCode, 200)
    for (const each of first) assert.deepEqual(each.json(), again.json())
    assert.equal(stored().length, 1)
    const list = (await admin('GET', '/media')).json()
    assert.deepEqual(list, { items: [{ ...again.json(), used: false }], next_cursor: null })
  })

  test('whose record was lost in a crash is stored again', async (t) => {
    const { upload, stores, stored, anonymous } = await openStudio(t)
    const picture = await jpegOf({ width: 300, height: 200 })
    const { id } = (await upload(picture)).json()
    // As after a crash between files and record.
    assert.equal(await stores.media.records.removeUnused(id, '2099-01-01T00:00:00.000Z'), true)
    assert.equal((await anonymous('GET', `/media/${id}/320.webp`)).statusCode, 404)
    assert.equal((await upload(picture)).statusCode, 201)
    assert.equal((await anonymous('GET', `/media/${id}/320.webp`)).statusCode, 200)
    assert.equal(stored().length, 2, 'the sweeper removes the other')
  })

  test('smaller than a rendition is not enlarged', async (t) => {
    const { upload } = await openStudio(t)
    const { renditions } = (await upload(await jpegOf({ width: 400, height: 100 }))).json()
    assert.deepEqual(
      renditions.map(({ width, height }: { width: number; height: number }) => [width, height]),
      [[320, 80], [320, 80], ...Array(4).fill([400, 100])],
    )
  })

  test('is turned upright, and loses its place, camera, comments and colour profile', async (t) => {
    const { upload, anonymous } = await openStudio(t)
    const secret = 'Mitte, Berlin'
    const picture = await plain({ width: 600, height: 300 })
      .withIccProfile('p3')
      .withExif({
        IFD0: { ImageDescription: secret, Make: secret, Orientation: '6' },
        IFD3: { GPSLatitude: '52/1 31/1 0/1', GPSLatitudeRef: 'N' },
      })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    assert.ok(picture.includes(secret) && (await sharp(picture).metadata()).icc, 'the original has them')
    const media = (await upload(picture)).json()
    assert.deepEqual([media.width, media.height], [300, 600])
    for (const { url } of media.renditions) {
      const { rawPayload } = await anonymous('GET', url)
      const { exif, icc, xmp, iptc, orientation, space } = await sharp(rawPayload).metadata()
      assert.deepEqual(
        { exif, icc, xmp, iptc, orientation, space },
        {
          ...{ exif: undefined, icc: undefined, xmp: undefined, iptc: undefined },
          ...{ orientation: undefined, space: 'srgb' },
        },
      )
      assert.ok(!rawPayload.includes(secret))
    }
  })

  test('may be of every accepted format, in CMYK, grey, of 16 bits, or transparent', async (t) => {
    const { upload, anonymous } = await openStudio(t)
    const size = { width: 64, height: 48 }
    const red = plain(size, '#ff0000')
    const pictures = {
      jpeg: await red.clone().jpeg().toBuffer(),
      png: await red.clone().png().toBuffer(),
      webp: await red.clone().webp().toBuffer(),
      avif: await red.clone().avif({ effort: 0 }).toBuffer(),
      cmyk: await red.clone().toColourspace('cmyk').jpeg().toBuffer(),
      deep: await red.clone().toColourspace('rgb16').png().toBuffer(),
      transparent: await red.clone().ensureAlpha(0.5).png().toBuffer(),
    }
    const grey = await red.clone().greyscale().toColourspace('b-w').png().toBuffer()
    assert.equal((await upload(grey)).statusCode, 201)
    for (const [what, picture] of Object.entries(pictures)) {
      const answer = await upload(picture)
      assert.equal(answer.statusCode, 201, `${what}: ${answer.body}`)
      const { rawPayload } = await anonymous('GET', `/media/${answer.json().id}/320.jpg`)
      const [r, g, b] = await sharp(rawPayload).removeAlpha().raw().toBuffer()
      const white = what === 'transparent' ? 127 : 0
      assert.ok(r! > 220 && Math.abs(g! - white) < 45 && Math.abs(b! - white) < 45, `${what} is ${[r, g, b]}`)
    }
  })

  test('may have megabytes of metadata', async (t) => {
    const { upload, anonymous } = await openStudio(t)
    const [start, rest] = [Buffer.from([0xff, 0xd8]), (await jpegOf({ width: 64, height: 48 })).subarray(2)]
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0xff, 0xff]), Buffer.alloc(65_533, 'x')])
    const picture = Buffer.concat([start, ...Array(120).fill(comment), rest])
    assert.ok(picture.length > 7_000_000)
    const answer = await upload(picture)
    assert.equal(answer.statusCode, 201, answer.body)
    const { rawPayload } = await anonymous('GET', `/media/${answer.json().id}/1280.jpg`)
    assert.ok(rawPayload.length < 10_000)
  })
})

suite('a rendition', () => {
  test('is not sent to whom has it, and HEAD reports its length', async (t) => {
    const { app, upload, anonymous } = await openStudio(t)
    const { id } = (await upload(await jpegOf({ width: 64, height: 48 }))).json()
    const url = `/media/${id}/640.webp`
    const whole = await anonymous('GET', url)
    const etag = String(whole.headers.etag)
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await anonymous('GET', url, undefined, { 'if-none-match': tag })
      assert.deepEqual([answer.statusCode, answer.body, answer.headers.etag], [304, '', etag], tag)
    }
    const other = await anonymous('GET', url, undefined, { 'if-none-match': '"x"' })
    assert.equal(other.statusCode, 200)
    const head = await app.inject({ method: 'HEAD', url })
    assert.deepEqual([head.statusCode, head.body], [200, ''])
    for (const name of ['content-length', 'content-type', 'etag', 'cache-control', 'x-content-type-options'])
      assert.equal(head.headers[name], whole.headers[name], name)
    const media = await anonymous('GET', `/media/${id}`)
    const again = await anonymous('GET', `/media/${id}`, undefined, {
      'if-none-match': String(media.headers.etag),
    })
    assert.equal(again.statusCode, 304)
  })

  test('has one of six addresses: every other is 404', async (t) => {
    const { upload, anonymous } = await openStudio(t)
    const { id } = (await upload(await jpegOf({ width: 64, height: 48 }))).json()
    const wrong = [
      '321.webp',
      '640.png',
      '640.jpeg',
      '640',
      '640.webp.jpg',
      '..%2f640.webp',
      '%2e%2e',
      'original',
    ]
    const addresses = [
      ...wrong.map((file) => `/media/${id}/${file}`),
      `/media/${id.replace(/^./, id.startsWith('0') ? '1' : '0')}/640.webp`,
      `/media/${id.toUpperCase()}/640.webp`,
      `/media/${id}x`,
      '/media/..%2fproducts.db/640.webp',
    ]
    for (const url of addresses) {
      const answer = await anonymous('GET', url)
      assert.deepEqual([answer.statusCode, answer.json().code], [404, 'media_not_found'], url)
      assert.equal(answer.headers['cache-control'], 'no-store')
    }
  })
})

suite('a file that is refused leaves nothing behind', () => {
  const bomb = () => plain({ width: 10_000, height: 9_000 }).png({ compressionLevel: 9 }).toBuffer()
  const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'
  const frames = async () => {
    const each = ['#ff0000', '#0000ff'].map((colour) =>
      plain({ width: 64, height: 64 }, colour).png().toBuffer(),
    )
    return sharp(await Promise.all(each), { join: { animated: true } })
      .webp()
      .toBuffer()
  }
  const apng = async () => {
    const png = await plain({ width: 64, height: 64 }).png().toBuffer()
    const chunk = Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from('acTL'), Buffer.alloc(12)])
    return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)])
  }
  const files: [string, () => Promise<Buffer> | Buffer, number, string][] = [
    ['a decompression bomb', bomb, 422, 'media_size_refused'],
    [
      'a strip of 1 x 20,000',
      () => plain({ width: 1, height: 20_000 }).png().toBuffer(),
      422,
      'media_size_refused',
    ],
    [
      'a strip of 20,000 x 100',
      () =>
        plain({ width: 20_000, height: 100 })
          .jpeg()
          .toBuffer()
          .catch(() => plain({ width: 20_000, height: 100 }).png().toBuffer()),
      422,
      'media_size_refused',
    ],
    [
      'an interlaced PNG, which is decoded as a whole',
      async () => {
        const file = await plain({ width: 4_000, height: INTERLACED_PIXELS_MAX / 4_000 + 1 })
          .png({ progressive: true })
          .toBuffer()
        assert.equal((await sharp(file).metadata()).isProgressive, true)
        return file
      },
      422,
      'media_size_refused',
    ],
    [
      'a progressive JPEG in CMYK, too',
      () =>
        plain({ width: 4_000, height: INTERLACED_PIXELS_MAX / 4_000 + 1 })
          .toColourspace('cmyk')
          .jpeg({ progressive: true })
          .toBuffer(),
      422,
      'media_size_refused',
    ],
    ['one of 15 x 15', () => jpegOf({ width: 15, height: 15 }), 422, 'media_size_refused'],
    ['half a JPEG', async () => (await jpegOf(SIZE)).subarray(0, 200_000), 422, 'media_unreadable'],
    [
      'half a PNG',
      async () => (await noise(SIZE).png().toBuffer()).subarray(0, 200_000),
      422,
      'media_unreadable',
    ],
    [
      'half a WebP',
      async () => (await noise(SIZE).webp().toBuffer()).subarray(0, 20_000),
      422,
      'media_unreadable',
    ],
    [
      'half an AVIF',
      async () => (await noise({ width: 64, height: 64 }).avif({ effort: 0 }).toBuffer()).subarray(0, 900),
      422,
      'media_unreadable',
    ],
    [
      'a JPEG in name only',
      () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(500, 'x')]),
      422,
      'media_unreadable',
    ],
    ['an SVG named .jpg', () => Buffer.from(SVG), 415, 'media_format_unsupported'],
    [
      'a GIF named .jpg',
      () => plain({ width: 64, height: 64 }).gif().toBuffer(),
      415,
      'media_format_unsupported',
    ],
    [
      'a TIFF named .jpg',
      () => plain({ width: 64, height: 64 }).tiff().toBuffer(),
      415,
      'media_format_unsupported',
    ],
    ['an animated WebP', frames, 422, 'media_animated'],
    ['an animated PNG', apng, 422, 'media_animated'],
  ]
  test('every one of them, and the next picture is accepted', async (t) => {
    const { upload, stored, admin } = await openStudio(t)
    for (const [what, make, status, code] of files) {
      const answer = await upload(await make())
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code], `${what}: ${answer.body}`)
      assert.deepEqual(stored(), [], what)
    }
    assert.deepEqual((await admin('GET', '/media')).json().items, [])
    assert.equal((await upload(await jpegOf({ width: 64, height: 48 }))).statusCode, 201)
  })

  test('of the limits exactly', async (t) => {
    const { upload } = await openStudio(t)
    assert.equal(
      (
        await upload(
          await plain({ width: 8_000, height: MEDIA_PIXELS_MAX / 8_000 })
            .jpeg()
            .toBuffer(),
        )
      ).statusCode,
      201,
    )
    const interlaced = plain({ width: 4_000, height: INTERLACED_PIXELS_MAX / 4_000 }).png({
      progressive: true,
    })
    assert.equal((await upload(await interlaced.toBuffer())).statusCode, 201)
    const small = await jpegOf({ width: 64, height: 48 })
    const largest = Buffer.concat([small, Buffer.alloc(MEDIA_BYTES_MAX - small.length)])
    assert.equal((await upload(largest)).statusCode, 201)
    const larger = await upload(Buffer.concat([largest, Buffer.alloc(1)]))
    assert.deepEqual([larger.statusCode, larger.json().code], [413, 'body_too_large'])
  })
})

suite('a body that is no form with one file', () => {
  const forms: [string, (picture: Buffer) => [Buffer, string?], number, string][] = [
    ['two files', (picture) => [form(filePart(picture), filePart(picture))], 400, 'upload_malformed'],
    ['no file', () => [form()], 400, 'upload_malformed'],
    ['an empty file', () => [form(filePart(Buffer.alloc(0)))], 400, 'upload_malformed'],
    [
      'a field and a file',
      (picture) => [form(fieldPart('alt', 'x'), filePart(picture))],
      400,
      'upload_malformed',
    ],
    [
      'a file and a field',
      (picture) => [form(filePart(picture), fieldPart('alt', 'x'))],
      400,
      'upload_malformed',
    ],
    [
      'a field that is too long',
      () => [form(fieldPart('a', 'x'.repeat(1_000_000)))],
      400,
      'upload_malformed',
    ],
    ['a field of the prototype', () => [form(fieldPart('__proto__', 'x'))], 400, 'upload_malformed'],
    ['no boundary', (picture) => [form(filePart(picture)), 'multipart/form-data'], 400, 'upload_malformed'],
    ['another boundary', (picture) => [form(filePart(picture)), `${FORM}x`], 400, 'upload_malformed'],
    [
      'a form that ends too early',
      (picture) => [filePart(picture).subarray(0, 200)],
      400,
      'upload_malformed',
    ],
    ['no body', () => [Buffer.alloc(0)], 400, 'upload_malformed'],
    ['JSON', () => [Buffer.from('{}'), 'application/json'], 415, 'unsupported_media_type'],
    ['the picture alone', (picture) => [picture, 'image/jpeg'], 415, 'unsupported_media_type'],
  ]
  test('each has its problem, and nothing is stored', async (t) => {
    const { send, stored } = await openStudio(t)
    const picture = await jpegOf({ width: 64, height: 48 })
    for (const [what, make, status, code] of forms) {
      const answer = await send(...make(picture))
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code], `${what}: ${answer.body}`)
    }
    assert.deepEqual(stored(), [])
    assert.equal((await send(form(filePart(picture)))).statusCode, 201)
  })
})

/** Sends the head of an upload over a real connection. */
async function start({ app, sockets }: Awaited<ReturnType<typeof openStudio>>, length: string) {
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    `POST /media HTTP/1.1\r\nhost: x\r\nauthorization: Bearer admin\r\ncontent-type: ${FORM}\r\n${length}\r\n\r\n`,
  )
  return socket
}

async function answerOn(socket: Socket): Promise<string> {
  let text = ''
  for await (const piece of socket.setEncoding('latin1')) text += piece
  return text
}

suite('uploads that do not end', () => {
  test('hold a few slots; one more is refused with Retry-After, others are served, and the slots come back', async (t) => {
    const studio = await openStudio(t)
    await studio.app.listen({ port: 0, host: '127.0.0.1' })
    const body = form(filePart(await jpegOf({ width: 64, height: 48 })))
    // More than there are slots, for our own takes one between them.
    for (let i = 0; i < UPLOADS_MAX + 4; i++) {
      const socket = await start(studio, `content-length: ${body.length}`)
      socket.write(body.subarray(0, 200))
    }
    const refused = await until(
      () => studio.send(body),
      ({ statusCode }) => statusCode === 503,
    )
    assert.deepEqual([refused.json().code, refused.headers['retry-after']], ['overloaded', '1'])
    assert.equal((await studio.anonymous('GET', '/products')).statusCode, 200)
    for (const socket of studio.sockets) socket.destroy()
    const after = await until(
      () => studio.send(body),
      ({ statusCode }) => statusCode !== 503,
    )
    assert.ok([200, 201].includes(after.statusCode), after.body)
    assert.equal(studio.stored().length, 1)
  })

  test('have the time of uploads, which no other body has', async (t) => {
    const studio = await openStudio(t)
    await studio.app.listen({ port: 0, host: '127.0.0.1' })
    const [request] = await Promise.all([
      once(studio.app.server, 'request'),
      start(studio, 'content-length: 900'),
    ])
    await until(
      async () => uploading.has(request[0]),
      (isUpload) => isUpload,
    )
    const other = once(studio.app.server, 'request')
    await fetch(`http://127.0.0.1:${(studio.app.server.address() as AddressInfo).port}/products`, {
      ...{ method: 'POST', body: '{}' },
      headers: { 'content-type': 'application/json', authorization: 'Bearer admin' },
    })
    assert.equal(uploading.has((await other)[0]), false)
  })

  test('of a length that is not accepted are refused before they are read', async (t) => {
    const studio = await openStudio(t)
    await studio.app.listen({ port: 0, host: '127.0.0.1' })
    const socket = await start(studio, `content-length: ${MEDIA_BYTES_MAX * 2}`)
    assert.match(await answerOn(socket), /^HTTP\/1.1 413 .*connection: close.*body_too_large/s)
  })

  test('of any length are refused when they become too long', async (t) => {
    const studio = await openStudio(t)
    await studio.app.listen({ port: 0, host: '127.0.0.1' })
    const socket = await start(studio, 'transfer-encoding: chunked')
    const chunk = (content: Uint8Array) =>
      socket.write(
        Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')]),
      )
    chunk(filePart(Buffer.alloc(0)).subarray(0, -2))
    for (let sent = 0; sent < MEDIA_BYTES_MAX + 2_000_000; sent += 1_000_000) chunk(Buffer.alloc(1_000_000))
    assert.match(await answerOn(socket), /^HTTP\/1.1 413 .*body_too_large/s)
    assert.deepEqual(studio.stored(), [])
  })
})

async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (const deadline = performance.now() + 10_000; ; ) {
    const answer = await ask()
    if (done(answer)) return answer
    assert.ok(performance.now() < deadline, 'it takes too long')
    // Injected requests alone would never let the sockets be read.
    await systemRuntime.sleep(20)
  }
}
