/** Property tests try the same objects every time, so that a change is judged by itself; T8S_SEED=7 (or any number) tries others. */
import { configureGlobal } from 'fast-check'

configureGlobal({ seed: Number(process.env.T8S_SEED ?? 1) })
