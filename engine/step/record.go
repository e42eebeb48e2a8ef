package step

import (
	"reflect"
)

// recorder turns a Go value of one type into a guard value.
type recorder func(reflect.Value) any

// recorderOf makes the recorder of t: what t looks like is found out once, not
// with every step that ends.
func recorderOf(t reflect.Type) recorder {
	if t == durationType || t == versionType {
		return reflect.Value.Interface
	}
	switch t.Kind() {
	case reflect.Struct:
		return recordOf(t)
	case reflect.Slice:
		return listOf(recorderOf(t.Elem()))
	case reflect.Map:
		return tableOf(recorderOf(t.Elem()))
	case reflect.String:
		return func(v reflect.Value) any { return v.String() }
	case reflect.Int:
		return func(v reflect.Value) any { return int(v.Int()) }
	}
	return reflect.Value.Interface
}

func recordOf(t reflect.Type) recorder {
	fields := fieldsOf(t)
	values := make([]recorder, len(fields))
	for i, f := range fields {
		values[i] = recorderOf(t.Field(f.index).Type)
	}
	return func(v reflect.Value) any {
		record := make(map[string]any, len(fields))
		for i, f := range fields {
			record[f.Name] = values[i](v.Field(f.index))
		}
		return record
	}
}

func listOf(item recorder) recorder {
	return func(v reflect.Value) any {
		list := make([]any, v.Len())
		for i := range list {
			list[i] = item(v.Index(i))
		}
		return list
	}
}

func tableOf(item recorder) recorder {
	return func(v reflect.Value) any {
		table := make(map[string]any, v.Len())
		for _, k := range v.MapKeys() {
			table[k.String()] = item(v.MapIndex(k))
		}
		return table
	}
}
