"""What the gateway answers is what its OpenAPI document names: no member more, and of the type that stands there."""

from cameras import Cameras
from warren import main

TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict, "null": type(None)}


def is_of(value, types):
    types = [types] if isinstance(types, str) else types
    return any(isinstance(value, TYPES[t]) and (t == "boolean") == isinstance(value, bool) for t in types)


class OpenApi(Cameras):
    def setUp(self):
        super().setUp()
        self.start_cameras("--interval", 1)
        self.watch(devices=["*"], events=["*"]).event("capture.stored", "cam")
        self.document = self.get("/api/v1/openapi.json").json

    def strangers(self, schema, value, at):
        """Where the value is not what the schema says."""
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "type" in schema and not is_of(value, schema["type"]):
            yield f"{at} is {value!r}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at} is {value!r}"
        if isinstance(value, list):
            for item in value:
                yield from self.strangers(schema.get("items", {}), item, f"{at}[]")
        if not isinstance(value, dict) or not schema.keys() & {"properties", "additionalProperties"}:
            return
        for key in schema.get("required", []):
            if key not in value:
                yield f"{at}.{key} is missing"
        for key, member in value.items():
            of = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            if of is None:
                yield f"{at}.{key} is not named"
            else:
                yield from self.strangers(of, member, f"{at}.{key}")

    def schema_of(self, path):
        """Of what GET answers."""
        return self.document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    def test_answers_are_what_the_document_names(self):
        capture = self.get("/api/v1/captures").json["items"][0]["id"]
        for path in ("/api/v1/devices", "/api/v1/devices/{id}", "/api/v1/captures", "/api/v1/captures/{id}", "/api/v1/events", "/api/v1/found",
                     "/api/v1/info", "/api/v1/plugins", "/readyz"):
            id = "cam" if "devices" in path else str(capture)
            answer = self.get(path.replace("{id}", id))
            self.assertEqual(answer.status, 200, path)
            self.assertEqual(sorted(set(self.strangers(self.schema_of(path), answer.json, path))), [])

    def test_a_device_with_a_bluetooth_link_tells_of_it(self):
        self.assertIsNotNone(self.device("cam")["link"], "else the other test sees nothing of it")


if __name__ == "__main__":
    main()
