/** How a client of the driver is made. A simulation passes one whose network it controls. */
import { MongoClient, type MongoClientOptions } from 'mongodb'

export type CreateClient = (url: string, options: MongoClientOptions) => MongoClient

export type WithClient = { readonly createClient?: CreateClient | undefined }

export const createRealClient: CreateClient = (url, options) => new MongoClient(url, options)
