// Short tones, made by the browser: no file to load and nobody's recording.
import type { AlertKind } from "./decide.ts";

/** Seconds and hertz: two rising tones call everybody, one tone the owner. */
const tunes: Record<AlertKind, readonly { at: number; pitch: number }[]> = {
  unassigned: [
    { at: 0, pitch: 660 },
    { at: 0.16, pitch: 880 },
  ],
  mine: [{ at: 0, pitch: 740 }],
  given: [{ at: 0, pitch: 740 }],
  mention: [{ at: 0, pitch: 740 }],
};

const LOUDNESS = 0.18;
const LENGTH = 0.22;

let context: AudioContext | null = null;

/** Plays, if the browser lets this tab: it must have been touched once. */
export async function play(kind: AlertKind): Promise<void> {
  context ??= new AudioContext();
  await context.resume();
  const begin = context.currentTime + 0.02;
  for (const { at, pitch } of tunes[kind]) tone(context, begin + at, pitch);
}

function tone(audio: AudioContext, at: number, pitch: number): void {
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + LENGTH);
}
