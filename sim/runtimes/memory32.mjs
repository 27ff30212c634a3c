// Runs steps of Python one after the other on 32-bit MicroPython and prints, as JSON, the heap in
// use before the first and after each. Started by memory32.py, with the job on standard input.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const job = JSON.parse(readFileSync(0, "utf8"));
const { loadMicroPython } = await import(job.interpreter);
const mp = await loadMicroPython({ heapsize: job.heap });
for (const file of job.files) {
    const target = resolve("/board", file.to);
    mp.FS.mkdirTree(dirname(target));
    mp.FS.writeFile(target, readFileSync(file.from));
}
mp.runPython("import sys, gc; sys.path.insert(0, '/board'); used = 0");

function used() {
    // Twice: the first collection may still see what the last call left on the C stack.
    for (let i = 0; i < 2; i++) mp.runPython("gc.collect(); used = gc.mem_alloc()");
    return mp.globals.get("used");
}

const readings = [used()];
try {
    for (const step of job.steps) {
        mp.runPython(step);
        readings.push(used());
    }
    console.log(JSON.stringify(readings));
} catch (error) {
    // Node.js would print the source that it came through: a line of 200 KB.
    console.error(error.message);
    process.exitCode = 1;
}
