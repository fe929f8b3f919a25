// What can be saved as a file.

export const formats = { csv: "CSV", json: "JSON", audacity: "Audacity labels" };
