/** Endpoints and deliveries in SQLite. Every change is one write; W2 and W3 are conditions inside it. Where indexes are named, SQLite would read all deliveries of an endpoint. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { forwardedFrom } from '../domain/webhook.ts'
import { ATTEMPTS_KEPT, type Due, type WebhookStore } from '../domain/webhook_ports.ts'
import {
  DELIVERY_COLUMNS,
  deliveryOf,
  ENDPOINT_COLUMNS,
  endpointColumns,
  endpointOf,
  type Row,
} from './sqlite_webhook_rows.ts'

export function createSqliteWebhookStore(
  { reader, writer, write }: SqliteStore,
  audit: SqliteAudit,
): WebhookStore {
  const all = reader.prepare(`SELECT ${ENDPOINT_COLUMNS} FROM endpoints ORDER BY id LIMIT 1000`)
  const one = reader.prepare(`SELECT ${ENDPOINT_COLUMNS} FROM endpoints WHERE id = ?`)
  const count = writer.prepare('SELECT count(*) AS n FROM (SELECT 1 FROM endpoints LIMIT 1000)')
  const insert = writer.prepare(
    `INSERT INTO endpoints (${ENDPOINT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const update =
    writer.prepare(`UPDATE endpoints SET url = ?, description = ?, types = ?, state = ?, secret = ?,
    previous = ?, failing_since = ?, version = version + 1, updated_at = ? WHERE id = ? AND version = ?`)
  const there = writer.prepare('SELECT 1 FROM endpoints WHERE id = ?')
  const remove = writer.prepare('DELETE FROM endpoints WHERE id = ?')
  const move = writer.prepare('UPDATE endpoints SET position = ? WHERE id = ? AND position = ?')
  const undone = writer.prepare(`SELECT 1 FROM deliveries INDEXED BY deliveries_undone
    WHERE endpoint_id = ? AND aggregate = ? AND state IN ('waiting', 'queued') LIMIT 1`)
  const make = writer.prepare(`INSERT INTO deliveries
    (endpoint_id, position, event_id, type, aggregate, state, attempts, due_at, fence, updated_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, ?7) ON CONFLICT (endpoint_id, position) DO UPDATE
    SET state = CASE state WHEN 'queued' THEN state ELSE excluded.state END, attempts = 0, due_at = excluded.due_at,
      fence = fence + 1, updated_at = excluded.updated_at
    WHERE state IN ('done', 'dead') OR (state = 'queued' AND due_at > ?8)`)
  const anyDue = reader.prepare(
    `SELECT 1 FROM deliveries WHERE endpoint_id = ? AND state = 'queued' AND due_at <= ? LIMIT 1`,
  )
  const claim = writer.prepare(`UPDATE deliveries SET due_at = ?1, fence = fence + 1, attempts = attempts + 1
    WHERE endpoint_id = ?2 AND position IN (SELECT position FROM deliveries
      WHERE endpoint_id = ?2 AND state = 'queued' AND due_at <= ?3 ORDER BY due_at LIMIT ?4)
    RETURNING ${DELIVERY_COLUMNS}`)
  const finish = writer.prepare(`UPDATE deliveries SET state = ?, due_at = ?, last_status = ?, last_error = ?,
    updated_at = ?, log = ? WHERE endpoint_id = ? AND position = ? AND fence = ? AND state = 'queued'`)
  const logOf = 'SELECT log FROM deliveries WHERE endpoint_id = ? AND position = ?'
  const [logInWrite, log] = [writer.prepare(logOf), reader.prepare(logOf)]
  const unblock = writer.prepare(`UPDATE deliveries SET state = 'queued', due_at = ?1
    WHERE endpoint_id = ?2 AND state = 'waiting' AND position = (SELECT min(position) FROM deliveries INDEXED BY deliveries_undone
      WHERE endpoint_id = ?2 AND aggregate = ?3 AND state IN ('waiting', 'queued'))`)
  const select = `SELECT ${DELIVERY_COLUMNS} FROM deliveries`
  const page = reader.prepare(
    `${select} WHERE endpoint_id = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  )
  const pageOf = reader.prepare(`${select} INDEXED BY deliveries_by_state
    WHERE endpoint_id = ? AND state = ? AND position < ? ORDER BY position DESC LIMIT ?`)

  const queue = (endpointId: string, due: readonly Due[], at: string) => {
    let queued = 0
    for (const { position, eventId, type, aggregate } of due) {
      const state = undone.get(endpointId, aggregate) ? 'waiting' : 'queued'
      queued += Number(
        make.run(endpointId, position, eventId, type, aggregate, state, at, forwardedFrom(at)).changes,
      )
    }
    return queued
  }

  return {
    endpoints: async () => (all.all() as Row[]).map(endpointOf),
    async endpoint(id) {
      const row = one.get(id) as Row | undefined
      return row && endpointOf(row)
    },
    add: (endpoint, max, { by, record: entry }) =>
      audit.write(by, endpoint.createdAt, (record) => {
        if (Number(count.get()!.n) >= max) return false
        insert.run(...endpointColumns(endpoint))
        record(entry)
        return true
      }),
    save: (endpoint, audited) =>
      audit.write(audited?.by, endpoint.updatedAt, (record) => {
        const [id, url, description, types, state, secret, previous, , failingSince] =
          endpointColumns(endpoint)
        const { changes } = update.run(
          ...([url, description, types, state, secret, previous, failingSince] as const),
          ...([endpoint.updatedAt, id, endpoint.version] as const),
        )
        if (changes === 1 && audited) record(audited.record)
        return changes === 1
      }),
    remove: (id, at, { by, record: entry }) =>
      audit.write(by, at, (record) => {
        const { changes } = remove.run(id)
        if (changes === 1) record(entry)
        return changes === 1
      }),
    spread: (endpointId, from, to, due, at) =>
      write(() => {
        if (move.run(to, endpointId, from).changes !== 1) return false
        queue(endpointId, due, at)
        return true
      }),
    replay: (endpointId, due, at, { by, record: entry }) =>
      audit.write(by, at, (record) => {
        if (!there.get(endpointId)) return undefined
        record(entry)
        return queue(endpointId, due, at)
      }),
    async claim(endpointId, now, leaseUntil, limit) {
      if (!anyDue.get(endpointId, now)) return []
      return write(() => (claim.all(leaseUntil, endpointId, now, limit) as Row[]).map(deliveryOf))
    },
    finish: ({ delivery: { endpointId, position, aggregate, fence }, state, dueAt, attempt }) =>
      write(() => {
        const row = logInWrite.get(endpointId, position) as { log: string } | undefined
        if (!row) return false
        const attempts = JSON.stringify([attempt, ...JSON.parse(row.log)].slice(0, ATTEMPTS_KEPT))
        const { status, error, at } = attempt
        const done = finish.run(state, dueAt, status, error, at, attempts, endpointId, position, fence)
        if (done.changes !== 1) return false
        if (state !== 'queued') unblock.run(at, endpointId, aggregate)
        return true
      }),
    async deliveries({ endpointId, state, before = Number.MAX_SAFE_INTEGER, limit }) {
      const rows =
        state === undefined
          ? page.all(endpointId, before, limit)
          : pageOf.all(endpointId, state, before, limit)
      return (rows as Row[]).map(deliveryOf)
    },
    async attempts(endpointId, position) {
      const row = log.get(endpointId, position) as { log: string } | undefined
      return row && JSON.parse(row.log)
    },
  }
}
