/**
 * Bytes that come in pieces and are wanted whole. Large pieces are kept as they are; small ones behind the first are copied together,
 * because a peer that sends a body byte by byte would otherwise cost us a hundred times what it sends.
 */
const noBytes = new Uint8Array(0)
/** Pieces shorter than this share a room of `roomBytes`. */
const smallBytes = 1024
const roomBytes = 16 * 1024

export class Pieces {
  /** How many bytes there are. */
  bytes = 0
  #whole: Uint8Array[] = []
  #room: Uint8Array | undefined
  #roomBytes = 0

  /** The piece belongs to this from now on. */
  add(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.bytes += piece.length
    if (this.#whole.length > 0 && piece.length < smallBytes) return this.#addSmall(piece)
    this.#closeRoom()
    this.#whole.push(piece)
  }

  /** Everything in one, and nothing is left. */
  take(): Uint8Array {
    const pieces = this.takePieces()
    return pieces.length === 0 ? noBytes : pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
  }

  takePieces(): readonly Uint8Array[] {
    this.#closeRoom()
    const pieces = this.#whole
    this.#whole = []
    this.bytes = 0
    return pieces
  }

  clear(): void {
    this.#whole = []
    this.#room = undefined
    this.bytes = 0
  }

  #addSmall(piece: Uint8Array): void {
    if (this.#room === undefined || this.#roomBytes + piece.length > this.#room.length) {
      this.#closeRoom()
      // The first room is small: most bodies that come in two pieces end with the second.
      this.#room = Buffer.allocUnsafeSlow(this.#whole.length === 1 ? 2 * smallBytes : roomBytes)
    }
    this.#room.set(piece, this.#roomBytes)
    this.#roomBytes += piece.length
  }

  #closeRoom(): void {
    if (this.#room === undefined) return
    this.#whole.push(this.#room.subarray(0, this.#roomBytes))
    this.#room = undefined
    this.#roomBytes = 0
  }
}
