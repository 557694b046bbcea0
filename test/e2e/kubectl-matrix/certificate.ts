/** A certificate with its key, made anew each time, and a request for one by jane, made once. */
import { realRandom } from '../../../src/std/random.ts'
import { issueCertificate, makeAuthority } from '../../../src/wire/x509.ts'

const now = Date.now()
const authority = makeAuthority({ commonName: 'matrix', now, years: 1, random: realRandom })
export const { certificate, key: privateKey } = issueCertificate(authority, {
  commonName: 'example.com',
  usages: ['server'],
  days: 1,
  now,
  random: realRandom,
})

export const signingRequest =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWFtRnVaVEJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSApBMElBQkFIb2xoSWZyUHBCVDdvSnA3WGZDNnlCbUI3VkNkOGZIWGtLRm1Wc3pnbVJjOVVQZXBRYUZtNDBiWjZDCiswMWcyL3VKOEtHM1pteUdFVG1MY3VOY0l1bWdBREFLQmdncWhrak9QUVFEQWdOSUFEQkZBaUVBbGFGS2QveW4KSzg5RUd2ZHlLbG1rc3M4VzVDZ3ZrVCt5TDAyT0wyTEtCR1VDSUFQUjZQcExGSDhxRTdCbUt1dkRoU0RIRjZqQgpYdnpCcVlYd3kzL01oVTh6Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo='
