/** What members say of themselves: monitors of the driver ask for it. */
import { ObjectId } from 'mongodb'
import type { Fields } from '../documents/values.ts'
import type { Member, ReplicaSet } from '../replication/replica_set.ts'

export const SET_NAME = 'rs0'
const WIRE_VERSION = 25

export function helloOf({ members }: ReplicaSet, member: Member): Fields {
  const reign = member.reign()
  const primary = members.find((each) => each.reign() && !each.isCut())
  return {
    ok: 1,
    helloOk: true,
    isWritablePrimary: reign !== undefined,
    secondary: reign === undefined,
    setName: SET_NAME,
    setVersion: 1,
    hosts: members.map(({ address }) => address),
    me: member.address,
    ...(reign
      ? { primary: member.address, electionId: electionIdOf(reign.term) }
      : primary
        ? { primary: primary.address }
        : {}),
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    logicalSessionTimeoutMinutes: 30,
  }
}

const electionIdOf = (term: number) => new ObjectId(`7fffffff${term.toString(16).padStart(16, '0')}`)
